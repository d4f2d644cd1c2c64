"""Tests of the module ``word_count``."""

import collections
import os
import pathlib
import platform
import random
import subprocess
import sys
import threading
import time

import pytest

import word_count

SEARCHES = [
    word_count.search,
    word_count.search_sequential,
    word_count.search_sequential_detached,
]
COUNTS = [word_count.count, word_count.count_sequential]
# What takes the path as its first argument, with the rest filled in.
CALLS = [pytest.param(lambda path, f=f: f(path, "word"), id=f.__name__) for f in SEARCHES] + [
    pytest.param(f, id=f.__name__) for f in COUNTS
]

search_functions = pytest.mark.parametrize("search", SEARCHES, ids=lambda f: f.__name__)
count_functions = pytest.mark.parametrize("count", COUNTS, ids=lambda f: f.__name__)
all_functions = pytest.mark.parametrize("call", CALLS)

# Words of one to four bytes per character, and all kinds of white space that ``str.split`` knows.
WORDS = ["tree", "Tree", "trees", "tree,", "a", "naïve", "Straße", "дерево", "木", "森林", "🌲", "e\u0301"]
SPACES = [" ", "\n", "\r\n", "\t", "  ", "\x0b", "\x0c", "\x1c", "\x1f", "\x85", "\xa0", "\u1680", "\u2003", "\u2028", "\u3000"]
LARGE = 10 * 1024 * 1024


def make_block():
    """Returns a text of some 60 KB that ends between two words, the same in each run."""
    numbers = random.Random(20)
    lines = []
    for _ in range(200):
        words = [numbers.choice(WORDS) for _ in range(40)]
        words += ["w%d" % numbers.randrange(1000)]
        lines.append("".join(word + numbers.choice(SPACES) for word in words))
    return "".join(lines)


def split(text):
    """Returns the words of a text. PyPy overlooks the separators of ASCII in a text that is nothing but ASCII."""
    return (text + "\u2003").split()


@pytest.fixture
def write(tmp_path):
    """Writes a file and returns its path."""

    def write(contents, name="text.txt"):
        path = tmp_path / name
        path.write_bytes(contents if isinstance(contents, bytes) else contents.encode("utf-8"))
        return path

    return write


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A file of more than 10 MB, and what Python counts in it."""
    block = make_block()
    size = len(block.encode("utf-8"))
    repeats = LARGE // size + 1
    path = tmp_path_factory.mktemp("large") / "large.txt"
    path.write_bytes(block.encode("utf-8") * repeats)
    assert path.stat().st_size >= LARGE
    # Python counts one block only, since some interpreters take long for more.
    return path, {word: count * repeats for word, count in collections.Counter(split(block)).items()}


@search_functions
@pytest.mark.parametrize(
    "text, needle, expected",
    [
        ("", "tree", 0),
        ("tree", "tree", 1),
        ("tree tree\ntree", "tree", 3),
        (" \n\ttree\t", "tree", 1),
        ("trees Tree tree, treetree", "tree", 0),
        ("tree", "", 0),
        (" ", "", 0),
        ("a tree a", "a tree", 0),
        ("木 森林 木", "木", 2),
        ("🌲🌲 🌲", "🌲", 1),
        ("e\u0301 \u00e9", "\u00e9", 1),
        ("a\x1cb\x1da\x1eb\x1fa", "a", 3),
        ("a\u200ba", "a", 0),
        ("\ufefftree tree", "tree", 1),
        ("a\0b a\0b", "a\0b", 2),
    ],
)
def test_search(search, write, text, needle, expected):
    assert search(write(text), needle) == expected
    assert split(text).count(needle) == expected


@count_functions
@pytest.mark.parametrize("text", ["", " \n", "tree", " a  b\ta\u3000a\n", "\x1c🌲\x85🌲", make_block()])
def test_count(count, write, text):
    assert count(write(text)) == collections.Counter(split(text))


def test_search_of_a_large_file(large):
    path, expected = large
    for needle in ["tree", "🌲", "w7", "absent"]:
        for search in SEARCHES:
            assert search(path, needle) == expected.get(needle, 0), (search.__name__, needle)


@count_functions
def test_count_of_a_large_file(count, large):
    path, expected = large
    assert count(path) == expected


def test_many_threads_at_once(large):
    path, expected = large
    found = []
    threads = [
        threading.Thread(target=lambda search=search: found.append(search(path, "tree")))
        for search in SEARCHES * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected["tree"]] * 9


# The other thread writes what is counted: unless it runs meanwhile, the function waits for ever.
@pytest.mark.skipif(os.name != "posix", reason="needs named pipes")
@pytest.mark.parametrize(
    "call, expected",
    [
        (lambda path: word_count.search(path, "tree"), 5000),
        (lambda path: word_count.search_sequential_detached(path, "tree"), 5000),
        (word_count.count, {"tree": 5000}),
        (word_count.count_sequential, {"tree": 5000}),
    ],
    ids=["search", "search_sequential_detached", "count", "count_sequential"],
)
def test_others_run_while_the_file_is_read(call, expected, tmp_path):
    path = tmp_path / "pipe"
    # Not `os.mkfifo`, which GraalPy does not have.
    subprocess.check_call(["mkfifo", str(path)])

    def writer():
        with open(str(path), "wb") as pipe:
            for _ in range(5):
                pipe.write(b"tree " * 1000)
                pipe.flush()

    thread = threading.Thread(target=writer)
    thread.start()
    assert call(path) == expected
    thread.join()


class Ticker:
    """A thread that counts in ``ticks`` while it gets to run, and never keeps others from running."""

    def __init__(self):
        self.ticks = 0
        self.stopped = False
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.stopped:
            self.ticks += 1
            time.sleep(0)

    def __enter__(self):
        # From here on a thread hands over only where it waits or says so, not after some time.
        self.interval = sys.getswitchinterval()
        sys.setswitchinterval(1000)
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.stopped = True
        self.thread.join()
        sys.setswitchinterval(self.interval)


def ticks_during(call):
    with Ticker() as ticker:
        before = ticker.ticks
        call()
        return ticker.ticks - before


@pytest.mark.parametrize(
    "search",
    [word_count.search, word_count.search_sequential_detached],
    ids=lambda f: f.__name__,
)
def test_others_run_while_words_are_counted(search, large):
    path, _ = large
    # One call is enough as a rule; a machine under load may give the other thread no time during it.
    assert any(ticks_during(lambda: search(path, "tree")) for _ in range(50))


def has_gil():
    return getattr(sys, "_is_gil_enabled", lambda: True)()


def test_others_wait_for_the_sequential_search(large):
    path, _ = large
    ticks = ticks_during(lambda: word_count.search_sequential(path, "tree"))
    # Only CPython's GIL promises who runs when.
    if platform.python_implementation() == "CPython" and has_gil():
        assert ticks == 0


@all_functions
def test_a_missing_file(call, tmp_path):
    with pytest.raises(FileNotFoundError):
        call(tmp_path / "missing.txt")
    with pytest.raises(FileNotFoundError):
        call("")


@all_functions
def test_a_directory(call, tmp_path):
    with pytest.raises(IsADirectoryError):
        call(tmp_path)


@all_functions
def test_a_file_as_directory(call, write):
    with pytest.raises(NotADirectoryError):
        call(write("word") / "text.txt")


@all_functions
@pytest.mark.parametrize(
    "contents, start, end",
    [
        (b"word \xff word", 5, 6),
        (b"\x80", 0, 1),
        (b"caf\xe9 au lait", 3, 4),
        # a surrogate, an overlong form, what is cut off
        (b"a\xed\xa0\x80", 1, 2),
        (b"ab\xc0\xaf", 2, 3),
        (b"word \xf0\x9f\x8c", 5, 8),
    ],
)
def test_what_is_no_utf8(call, write, contents, start, end):
    with pytest.raises(UnicodeDecodeError) as raised:
        call(write(contents))
    error = raised.value
    assert (error.encoding, error.object, error.start, error.end) == ("utf-8", contents, start, end)
    with pytest.raises(UnicodeDecodeError) as pythons:
        contents.decode("utf-8")
    assert pythons.value.start == start


class PathLike:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        if isinstance(self.path, BaseException):
            raise self.path
        return self.path


class Text(str):
    pass


@all_functions
def test_path_objects(call, write):
    path = write("word")
    for same in [str(path), pathlib.PurePath(str(path)), PathLike(str(path)), Text(path)]:
        assert call(same) in (1, {"word": 1})
    with pytest.raises(ZeroDivisionError):
        call(PathLike(ZeroDivisionError()))


@all_functions
def test_names_that_are_not_ascii(call, write):
    assert call(write("word", "wörter 木 🌲.txt")) in (1, {"word": 1})


def make_file_with_raw_name(tmp_path):
    """Makes a file whose name is no UTF-8 and returns its path, or ``None`` where there can be no such file."""
    name = os.path.join(os.fsencode(str(tmp_path)), b"caf\xe9.txt")
    try:
        with open(name, "wb") as file:
            file.write(b"word")
    except (OSError, ValueError):
        return None
    # GraalPy's file system layer may have put something else there.
    return os.fsdecode(name) if b"caf\xe9.txt" in os.listdir(os.fsencode(str(tmp_path))) else None


@all_functions
def test_a_name_that_is_no_utf8(call, tmp_path):
    path = make_file_with_raw_name(tmp_path)
    if path is None:
        # Then it reaches the system unchanged all the same, which knows no such file.
        with pytest.raises(FileNotFoundError):
            call(str(tmp_path / "caf\udce9.txt"))
    else:
        assert path.endswith("caf\udce9.txt")
        assert call(path) in (1, {"word": 1})


@all_functions
def test_a_name_that_no_file_can_have(call):
    with pytest.raises(UnicodeEncodeError):
        call("\ud800.txt")


@all_functions
@pytest.mark.parametrize("path", [None, 7, 1.5, b"text.txt", ["text.txt"], PathLike(b"text.txt"), PathLike(7)])
def test_what_is_no_path(call, path):
    with pytest.raises(TypeError):
        call(path)


@search_functions
@pytest.mark.parametrize("needle", [None, 7, b"word", ["word"]])
def test_what_is_no_needle(search, write, needle):
    with pytest.raises(TypeError) as raised:
        search(write("word"), needle)
    assert "argument 'needle'" in str(raised.value)


@search_functions
def test_a_needle_with_a_surrogate(search, write):
    with pytest.raises(UnicodeEncodeError):
        search(write("word"), "\ud800")


@search_functions
def test_how_it_is_called(search, write):
    path = write("word")
    assert search(path, needle="word") == 1
    assert search(needle="word", path=path) == 1
    for wrong in [lambda: search(path), lambda: search(), lambda: search(path, "word", 1)]:
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises(TypeError):
        search(path, needles="word")


def test_documentation():
    assert word_count.__doc__ == "Counts words of text files."
    for function in SEARCHES + COUNTS:
        assert "Counts" in function.__doc__
        assert function.__module__ == "word_count"
        assert function.__name__ in word_count.__all__
