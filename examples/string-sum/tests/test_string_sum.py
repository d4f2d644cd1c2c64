"""Tests of the module ``string_sum``."""

import importlib
import struct
import sys
import threading

import pytest

import string_sum

# The largest value of a Rust ``usize``, which has the width of a pointer.
LARGEST = 2 ** (8 * struct.calcsize("P")) - 1


class Index:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        if isinstance(self.value, BaseException):
            raise self.value
        return self.value


@pytest.mark.parametrize(
    "a, b, expected",
    [
        (5, 20, "25"),
        (0, 0, "0"),
        (LARGEST, 0, str(LARGEST)),
        (LARGEST - 1, 1, str(LARGEST)),
        (2**30, 2**30, str(2**31)),
        (2**62, 2**62 - 1, str(2**63 - 1)),
        (True, False, "1"),
        (Index(3), Index(4), "7"),
    ],
)
def test_sums(a, b, expected):
    result = string_sum.sum_as_string(a, b)
    assert result == expected
    assert type(result) is str


def test_by_keyword():
    assert string_sum.sum_as_string(a=1, b=2) == "3"
    assert string_sum.sum_as_string(1, b=2) == "3"
    assert string_sum.sum_as_string(**{"b": 2, "a": 1}) == "3"


@pytest.mark.parametrize("wrong", [-1, LARGEST + 1, 10**100, -(10**100), Index(-1)])
def test_what_does_not_fit(wrong):
    for arguments in [(wrong, 0), (0, wrong)]:
        with pytest.raises(OverflowError):
            string_sum.sum_as_string(*arguments)


@pytest.mark.parametrize("wrong", ["1", b"1", 1.0, 1j, None, [], Index("1")])
def test_what_is_no_integer(wrong):
    with pytest.raises(TypeError, match="argument 'a'"):
        string_sum.sum_as_string(wrong, 0)
    with pytest.raises(TypeError, match="argument 'b'"):
        string_sum.sum_as_string(0, wrong)


def test_an_exception_on_the_way():
    error = ZeroDivisionError("on the way")
    with pytest.raises(ZeroDivisionError) as raised:
        string_sum.sum_as_string(Index(error), 0)
    assert raised.value is error


@pytest.mark.parametrize(
    "arguments, keywords, message",
    [
        ((), {}, "missing 2 required positional arguments: 'a' and 'b'"),
        ((1,), {}, "missing 1 required positional argument: 'b'"),
        ((), {"b": 1}, "missing 1 required positional argument: 'a'"),
        ((1, 2, 3), {}, "takes 2 positional arguments but 3 were given"),
        ((1, 2), {"a": 1}, "got multiple values for argument 'a'"),
        ((1, 2), {"c": 1}, "got an unexpected keyword argument 'c'"),
    ],
)
def test_wrong_calls(arguments, keywords, message):
    with pytest.raises(TypeError) as raised:
        string_sum.sum_as_string(*arguments, **keywords)
    assert str(raised.value) == "sum_as_string() " + message

    def same(a, b):
        pass

    # Word for word what Python says of a function of its own, but for the name, which some qualify.
    with pytest.raises(TypeError) as pythons:
        same(*arguments, **keywords)
    assert str(pythons.value).endswith(message)


def test_overflow_of_the_sum_is_a_panic_or_wraps():
    # Rust's own rule: a panic in a debug build, the low bits in a release build.
    try:
        assert string_sum.sum_as_string(LARGEST, 1) == "0"
    except BaseException as panic:
        assert type(panic).__name__ == "PanicException"
        assert not isinstance(panic, Exception)


def test_many_threads_at_once():
    results = []

    def work():
        results.extend(string_sum.sum_as_string(n, n) for n in range(200))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == sorted([str(2 * n) for n in range(200)] * 4)


def test_documentation():
    assert string_sum.__doc__ == "A Python module implemented in Rust."
    function = string_sum.sum_as_string
    assert function.__doc__.endswith("Formats the sum of two numbers as string.")
    assert function.__name__ == "sum_as_string"
    assert function.__module__ == "string_sum"
    assert string_sum.__all__ == ["sum_as_string"]


def test_again():
    before = string_sum.sum_as_string
    again = importlib.reload(string_sum)
    assert again.sum_as_string(1, 1) == before(1, 1) == "2"
    assert importlib.import_module("string_sum") is sys.modules["string_sum"]
