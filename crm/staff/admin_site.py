"""The admin site: configuration only, behind the same sign-in as everything else."""

from django.contrib import admin


class RevisitAdminSite(admin.AdminSite):
    pass
