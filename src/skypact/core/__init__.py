"""Words all rooms speak: ids, units, time, frames, messages, errors."""
