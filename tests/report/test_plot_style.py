"""One style for SVG files and pages: series can be told apart, in colour and without."""

from archsim.report import plot_style as style


def looks(number):
    return style.colour(number), style.web_pattern(number)["shape"]


def test_no_two_of_64_series_look_the_same():
    assert len({looks(number) for number in range(64)}) == 64
    marks = {(style.colour(number), style.symbol(number)) for number in range(64)}
    assert len(marks) == 64


def test_eight_series_can_be_told_apart_without_colour():
    assert len({style.web_pattern(number)["shape"] for number in range(8)}) == 8
    assert len({style.symbol(number) for number in range(8)}) == 8
    assert len(style.HATCHES) == len(style.PATTERNS) == len(style.PALETTE) == 8


def test_colours_are_apart_in_lightness_from_the_paper():
    for colour in style.PALETTE:
        red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
        assert 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.9, colour
