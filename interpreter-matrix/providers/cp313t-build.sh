# Shared by the providers of CPython 3.13 without the GIL: to be sourced after `common.sh`, not run.

options=(--disable-gil --enable-shared --disable-test-modules --with-ensurepip=install)

# Builds it from Debian 13's source package, unless it is there.
#   provide_cp313t NAME [OPTION OF configure…]
provide_cp313t() {
    local name=$1 folder=$interpreters/$1 mirror recipe
    shift
    options+=("$@")
    recipe="1 ${options[*]} $folder"
    begin "$name"
    if is_complete "$folder" "$recipe"; then
        echo "present: $folder/bin/python3.13t"
        return
    fi

    install_packages gcc make pkg-config xz-utils dpkg-dev \
        libssl-dev libffi-dev zlib1g-dev libbz2-dev liblzma-dev libsqlite3-dev

    # apt with folders of its own, so this machine's list of sources stays as it is. The rest of its
    # configuration (a proxy, say) is kept, but not the hooks, which would empty the real folders.
    mkdir -p "$temporary"/{state/lists/partial,cache/archives/partial,apt.conf.d,source,build,installed}
    mirror=$(debian_mirror)
    echo "deb-src $mirror trixie main" >"$temporary/sources.list"
    cp /etc/apt/apt.conf.d/* "$temporary/apt.conf.d"
    echo '#clear APT::Update;' >"$temporary/apt.conf.d/zz-no-hooks"
    cat >"$temporary/apt.conf" <<CONFIGURATION
Dir::Etc::parts "$temporary/apt.conf.d";
Dir::Etc::sourcelist "$temporary/sources.list";
Dir::Etc::sourceparts "-";
Dir::State "$temporary/state";
Dir::Cache "$temporary/cache";
CONFIGURATION
    apt_private() {
        APT_CONFIG=$temporary/apt.conf apt-get -o Acquire::Check-Valid-Until=false -o APT::Sandbox::User=root "$@" >&2
    }
    apt_private update
    (cd "$temporary/source" && apt_private source --download-only --tar-only python3.13)
    tar --extract --file "$temporary"/source/python3.13_*.orig.tar.* --directory "$temporary/build" --strip-components=1

    # The prefix is the final place; DESTDIR puts the files elsewhere until all of them are there.
    # Without -g: half the size, and nobody debugs this interpreter.
    (
        cd "$temporary/build"
        nice -n 5 ./configure --quiet --prefix="$folder" "${options[@]}" \
            CFLAGS=-g0 LDFLAGS="-Wl,-rpath,$folder/lib"
        nice -n 5 make --silent -j2
        # The build just made runs for the last step, so it must find its own library first.
        LD_LIBRARY_PATH=$PWD nice -n 5 make --silent install DESTDIR="$temporary/installed"
    ) >&2
    move_into_place "$temporary/installed$folder" "$folder"

    [ "$("$folder/bin/python3.13t" -c 'import ssl, sqlite3, ctypes, sys; print(sys._is_gil_enabled())')" = False ] ||
        fail "$folder/bin/python3.13t does not run without the GIL"
    complete "$folder" "$recipe"
    echo "installed: $folder/bin/python3.13t"
}
