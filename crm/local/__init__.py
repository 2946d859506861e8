"""The embedded default: PostgreSQL and Valkey from wheels, the supervisor behind `make run`; imports nothing of ours."""
