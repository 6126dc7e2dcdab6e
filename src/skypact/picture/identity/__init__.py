"""Who an object is held to be: claims of nations, who may decide, conflicts."""
