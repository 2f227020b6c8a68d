"""What people do again and again: pure rules of templates, macros, checklists, recurrence."""
