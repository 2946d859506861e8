"""Where things are: sockets that fit, folders that nobody else could have laid, a key that stays."""

import os
import stat

import pytest

from crm.local.places import SOCKET_NAME_LIMIT, CannotStart, Places, make_socket_folder, postgres_url, socket_folder


def test_the_address_of_a_socket_fits_whatever_the_data_folder_is_called(tmp_path):
    data = tmp_path / ("很长的文件夹名 " * 10) / ("x" * 200)

    folder = socket_folder(data)

    assert len(os.fsencode(folder / ".s.PGSQL.5432.lock")) <= SOCKET_NAME_LIMIT


def test_a_long_temporary_folder_is_not_used_for_sockets(tmp_path, monkeypatch):
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))

    assert str(socket_folder(tmp_path)).startswith("/tmp/rv-")


def test_two_data_folders_have_two_socket_folders_and_one_has_always_the_same(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    (tmp_path / "link").symlink_to(one)

    assert socket_folder(one) != socket_folder(other)
    assert socket_folder(tmp_path / "link") == socket_folder(one)


def test_a_socket_folder_is_closed_to_others(tmp_path):
    make_socket_folder(tmp_path / "s")

    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o700


def test_a_socket_folder_that_others_may_enter_is_refused(tmp_path):
    (tmp_path / "s").mkdir(mode=0o755)

    with pytest.raises(CannotStart, match="open to others"):
        make_socket_folder(tmp_path / "s")


def test_a_link_in_place_of_the_socket_folder_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "s").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(CannotStart, match="not a folder of yours"):
        make_socket_folder(tmp_path / "s")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_socket_folder_of_somebody_else_is_refused(tmp_path):
    (tmp_path / "s").mkdir(mode=0o700)
    os.chown(tmp_path / "s", 12345, 12345)

    with pytest.raises(CannotStart, match="not a folder of yours"):
        make_socket_folder(tmp_path / "s")


def test_the_secret_key_is_made_once_and_only_ours_to_read(tmp_path):
    places = Places(tmp_path)

    first, second = places.secret_key(), Places(tmp_path).secret_key()

    assert first == second and len(first) >= 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_a_data_folder_that_cannot_be_written_is_refused_in_one_line(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(CannotStart) as refused:
        Places(tmp_path / "file" / "data").make()

    assert "REVISIT_DATA" in str(refused.value) and "\n" not in str(refused.value)


def test_the_address_of_the_database_survives_spaces_and_percent_signs(tmp_path):
    import environ

    folder = tmp_path / "100% 文件夹 +x"

    found = environ.Env.db_url_config(postgres_url(folder, "revisit"))

    assert (found["HOST"], found["NAME"], found["PORT"], found["USER"]) == (str(folder), "revisit", 5432, "revisit")
