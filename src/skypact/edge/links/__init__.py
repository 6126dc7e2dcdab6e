"""The way to partners: certificates, message servers, frames."""
