"""Values back into the form of a page."""

from crm.staff.filling import fill

PAGE = """<html><body><main>
<form action="/search/" method="get"><input name="q"></form>
<form method="post" class="x">
<input type="hidden" name="csrfmiddlewaretoken" value="new"><input type="hidden" name="rows-TOTAL_FORMS" value="1">
<input name="name" value="Old" data-x="a &amp; b"><input type=email name=email>
<input type="password" name="secret"><input type="file" name="file">
<input type="radio" name="kind" value="a" checked><input type="radio" name="kind" value="b">
<input type="checkbox" name="tags" value="1" checked><input type="checkbox" name="tags" value="2"><input type="checkbox" name="agree" checked>
<select name="team"><option value="">-</option><option value="1" selected>One</option><option value="2">Two</option></select>
<textarea name="note">
old</textarea>
<button name="do" value="x">Go</button></form></main></body></html>"""


def filled(values, page=PAGE, action="/here/"):
    return fill(page, page="/here/?x=1", action=action, values=values, note="<p>note</p>")


def test_every_kind_of_field_takes_its_value():
    result = filled(
        {"name": ['Zo"e'], "email": ["a@b"], "kind": ["b"], "tags": ["2"], "team": ["2"], "note": ["a <b>\nc"]}
    )

    assert 'name="name" value="Zo&quot;e"' in result.html and 'data-x="a &amp; b"' in result.html
    assert '<input type="email" name="email" value="a@b">' in result.html
    assert 'name="kind" value="a">' in result.html and 'name="kind" value="b" checked>' in result.html
    assert 'name="tags" value="1">' in result.html and 'name="tags" value="2" checked>' in result.html
    assert 'name="agree">' in result.html, "a box that was not sent was not checked"
    assert '<option value="1">One' in result.html and '<option value="2" selected>Two' in result.html
    assert '<textarea name="note">\na &lt;b&gt;\nc</textarea>' in result.html
    assert 'class="x"><p>note</p>' in result.html
    assert result.found and not result.left_over


def test_tokens_counts_passwords_files_and_other_forms_stay_as_the_page_has_them():
    result = filled(
        {
            "csrfmiddlewaretoken": ["old"],
            "rows-TOTAL_FORMS": ["3"],
            "secret": ["x"],
            "file": ["x"],
            "q": ["x"],
            "name": ["N"],
        }
    )

    assert 'value="new"' in result.html and 'value="1"' in result.html
    assert 'value="x"' not in result.html.replace('name="do" value="x"', "")
    assert result.left_over == {"q": ["x"]}


def test_what_has_no_field_is_handed_back():
    result = filled({"name": ["N"], "rows-2-value": ["138"], "empty": [""]})

    assert result.left_over == {"rows-2-value": ["138"]}


def test_a_page_without_that_form_is_left_alone():
    result = filled({"name": ["N"]}, action="/elsewhere/")

    assert not result.found and result.html == PAGE and result.left_over == {"name": ["N"]}


def test_of_two_forms_to_one_address_the_one_with_the_fields_is_filled():
    page = '<form action="/a/"><input name="x"></form><form action="/a/"><input name="y"><input name="z"></form>'

    result = fill(page, page="/a/", action="/a/", values={"y": ["1"], "z": ["2"]})

    assert (
        result.html
        == '<form action="/a/"><input name="x"></form><form action="/a/"><input name="y" value="1"><input name="z" value="2"></form>'
    )
