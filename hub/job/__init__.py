"""The main job: from a plan to a sealed and published release."""
