"""What an assistant can do through the Model Context Protocol: its tools, and what they answer."""
