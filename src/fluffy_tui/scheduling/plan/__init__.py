"""When posts go out: the slots of a channel's schedule, and which post will have which."""
