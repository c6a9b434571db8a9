"""Draws sales: one function per plot. Each returns a figure; colours can be told apart by everyone."""

from .plot_projected import back_test, projections
from .plot_sold import by_product, per_minute, standing

__all__ = ["back_test", "by_product", "per_minute", "projections", "standing"]
