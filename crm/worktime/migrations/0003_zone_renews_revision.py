"""Another time zone is another calendar, too: whoever keeps a revision beside what was reckoned by it must notice."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION worktime_renew_own_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision = gen_random_uuid();
    RETURN NEW;
END $$;
CREATE TRIGGER renew_revision BEFORE UPDATE ON worktime_workcalendar
    FOR EACH ROW WHEN (OLD.timezone IS DISTINCT FROM NEW.timezone) EXECUTE FUNCTION worktime_renew_own_revision();
"""

BACKWARDS = """
DROP TRIGGER renew_revision ON worktime_workcalendar;
DROP FUNCTION worktime_renew_own_revision();
"""


class Migration(migrations.Migration):
    dependencies = [("worktime", "0002_revisions")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
