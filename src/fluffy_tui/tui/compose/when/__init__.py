"""When a post goes out: the picker with its slots and calendar, and what will be in the queue by then."""
