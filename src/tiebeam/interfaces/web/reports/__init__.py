"""Daily reports of places: the situation by place and day, entering, correcting."""
