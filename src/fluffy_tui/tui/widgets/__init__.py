"""What the screens are made of; a widget never knows its screen."""
