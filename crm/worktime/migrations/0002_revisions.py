"""Hours and days renew their calendar's revision, whoever writes them: what processes keep of it can never be stale."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION worktime_renew_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'worktime_calendardaywindow' THEN
        UPDATE worktime_workcalendar SET revision = gen_random_uuid()
        WHERE id IN (SELECT calendar_id FROM worktime_calendarday WHERE id IN (OLD.day_id, NEW.day_id));
    ELSE
        UPDATE worktime_workcalendar SET revision = gen_random_uuid() WHERE id IN (OLD.calendar_id, NEW.calendar_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER renew_revision AFTER INSERT OR UPDATE OR DELETE ON worktime_workwindow
    FOR EACH ROW EXECUTE FUNCTION worktime_renew_revision();
CREATE TRIGGER renew_revision AFTER INSERT OR UPDATE OR DELETE ON worktime_calendarday
    FOR EACH ROW EXECUTE FUNCTION worktime_renew_revision();
CREATE TRIGGER renew_revision AFTER INSERT OR UPDATE OR DELETE ON worktime_calendardaywindow
    FOR EACH ROW EXECUTE FUNCTION worktime_renew_revision();
"""

BACKWARDS = """
DROP TRIGGER renew_revision ON worktime_workwindow;
DROP TRIGGER renew_revision ON worktime_calendarday;
DROP TRIGGER renew_revision ON worktime_calendardaywindow;
DROP FUNCTION worktime_renew_revision();
"""


class Migration(migrations.Migration):
    dependencies = [("worktime", "0001_calendars")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
