"""How dates and numbers are written in each language; Django reads these before its own."""
