"""The clock of imports: what is queued is run on a queue of its own, what a dead worker left is run again."""

from celery import shared_task

HOURS = 3600


@shared_task(soft_time_limit=5 * HOURS, time_limit=6 * HOURS)
def run_import(run_id: int) -> None:
    from customers.actions import imports

    if imports.run_queued(run_id) is None:
        return
    for waiting in imports.resume():
        # What could not run beside this one, because it is of the same source, has its turn now.
        run_import.apply_async(args=[waiting], retry=False)


@shared_task
def resume_imports() -> None:
    from customers.actions import imports

    for waiting in imports.resume():
        run_import.apply_async(args=[waiting], retry=False)
    imports.forget_old_files()
