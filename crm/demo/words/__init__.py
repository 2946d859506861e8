"""What the people of the demo say and write, in their own languages: written, not translated."""
