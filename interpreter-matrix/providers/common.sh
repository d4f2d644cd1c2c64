# Shared by the providers: to be sourced, not run.
#
# A provider installs below one folder, says on its last line of output what it found or did
# (`present: …` or `installed: …`) and writes everything else to standard error.

set -euo pipefail

interpreters=${EVERYPY_INTERPRETERS:-$HOME/.cache/everypy/interpreters}
stamp=.everypy-complete
temporary=

fail() {
    echo "failed: $*" >&2
    exit 1
}

# Waits until no other run of the same provider is at work, and clears away what a killed one left.
# Sets `temporary`, a path on the same file system as the final place, so that `mv` is one step.
begin() {
    local name=$1 left
    mkdir -p "$interpreters"
    # Temporary folders are private; a root made in one would shut out other users.
    umask 022
    exec 9>"$interpreters/.$name.lock"
    flock 9
    for left in "$interpreters/.$name".new.*; do
        [ -e "$left" ] && remove_tree "$left"
    done
    temporary=$interpreters/.$name.new.$$
    trap 'remove_tree "$temporary"' EXIT
}

# Deletes a folder that may be a root in which a killed debootstrap left /proc mounted.
remove_tree() {
    local mounted
    [ -e "$1" ] || return 0
    while read -r mounted; do
        umount "$mounted"
    done < <(awk -v below="$1/" 'index($2, below) == 1 { print $2 }' /proc/mounts | sort -r)
    rm -rf --one-file-system "$1"
}

# True if `folder` was completed for exactly this recipe. The recipe is any text that changes when
# what is installed changes; an interrupted install has no stamp, an outdated one another text.
is_complete() {
    local folder=$1 recipe=$2
    [ -f "$folder/$stamp" ] && [ "$(<"$folder/$stamp")" = "$recipe" ]
}

# An install ends with these two; between them, what needs to be in its final place can be checked.
move_into_place() {
    local finished=$1 folder=$2
    remove_tree "$folder"
    mv "$finished" "$folder"
}
complete() {
    local folder=$1 recipe=$2
    printf '%s' "$recipe" >"$folder/$stamp.new"
    mv "$folder/$stamp.new" "$folder/$stamp"
}

# The Debian mirror that this machine itself uses, whatever format its apt configuration has.
debian_mirror() {
    local mirror codename
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mirror=${EVERYPY_DEBIAN_MIRROR:-$(
        apt-get indextargets --no-release-info --format '$(CREATED_BY) $(RELEASE) $(COMPONENT) $(REPO_URI)' |
            awk -v release="$codename" '$1 == "Packages" && $2 == release && $3 == "main" { print $4; exit }'
    )}
    [ -n "$mirror" ] || fail "apt's configuration names no mirror for Debian $codename; set EVERYPY_DEBIAN_MIRROR"
    echo "${mirror%/}"
}

# Installs Debian packages on this machine if one of them is missing. Nothing is upgraded: a package
# that is there stays as it is. Returns 0 and sets `packages_added`.
install_packages() {
    local package missing=()
    for package in "$@"; do
        [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            missing+=("$package")
    done
    packages_added=${missing[*]}
    [ ${#missing[@]} -gt 0 ] || return 0
    (
        # One at a time: `apt-get update` does not wait for its lock, `install` does.
        mkdir -p "$interpreters/.apt/partial"
        exec 8>"$interpreters/.apt.lock"
        flock 8
        apt-get update
        # A download folder of its own: container images have hooks that empty the usual one after
        # every apt command, also under the hands of another one.
        DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends --no-upgrade \
            -o DPkg::Lock::Timeout=300 -o Dir::Cache::archives="$interpreters/.apt" "${missing[@]}"
        rm -rf "$interpreters/.apt"
    ) >&2
}

# Copies a file of this machine to the same place in a root, if it is there and differs.
copy_into_root() {
    local root=$1 file=$2
    [ -f "$file" ] || return 0
    cmp --silent "$file" "$root$file" && return 0
    mkdir -p "$root$(dirname "$file")"
    # What debootstrap left there may be a link to a place that only a running system has.
    rm -f "$root$file"
    cp --dereference "$file" "$root$file"
}

# Lets pip, uv and apt inside a root reach their registries as they do outside: name resolution, pip's
# configuration, certificates. Cheap when nothing changed, so it can run before every use.
connect_root() {
    local root=$1 file
    copy_into_root "$root" /etc/resolv.conf
    copy_into_root "$root" /etc/hosts
    copy_into_root "$root" /etc/pip.conf
    copy_into_root "$root" /etc/ssl/certs/ca-certificates.crt
    for file in "${PIP_CONFIG_FILE:-}" "${PIP_CERT:-}" "${SSL_CERT_FILE:-}" "${REQUESTS_CA_BUNDLE:-}"; do
        copy_into_root "$root" "$file"
    done
    # The user's own configuration: inside, the user is root, with root's home.
    for file in .config/pip/pip.conf .pip/pip.conf; do
        [ -f "$HOME/$file" ] || continue
        cmp --silent "$HOME/$file" "$root/root/$file" && continue
        mkdir -p "$root/root/$(dirname "$file")"
        cp "$HOME/$file" "$root/root/$file"
    done
    # Local folders of wheels. (PIP_FIND_LINKS may also hold addresses; those need nothing.)
    for file in ${PIP_FIND_LINKS:-}; do
        [ -d "$file" ] || continue
        mkdir -p "$root$file"
        cp --recursive --update --no-target-directory "$file" "$root$file"
    done
    # uv makes an environment in a tenth of a second, pip in some seconds.
    if [ -x "$interpreters/uv/bin/uv" ] && [ ! "$interpreters/uv/bin/uv" -ef "$root/usr/local/bin/uv" ]; then
        ln -f "$interpreters/uv/bin/uv" "$root/usr/local/bin/uv" 2>/dev/null ||
            cp "$interpreters/uv/bin/uv" "$root/usr/local/bin/uv"
    fi
    # PyPy asks for the size of the caches, and warns on standard error when nothing answers. A plain
    # file does; a real /proc, if somebody mounts one, hides it.
    [ -e "$root/proc/cpuinfo" ] || cp /proc/cpuinfo "$root/proc/cpuinfo"
}

# Runs a command in a root. The rest of the environment is kept, above all pip's variables.
in_root() {
    local root=$1
    shift
    env -u PYENV_ROOT -u PYENV_VERSION -u VIRTUAL_ENV -u LD_LIBRARY_PATH -u TMPDIR \
        HOME=/root LANG=C.UTF-8 LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        chroot "$root" "$@"
}

# Makes a small Debian system in a folder, entered with chroot; needs no mounts afterwards.
#   provide_root NAME SUITE PACKAGE…
provide_root() {
    local name=$1 suite=$2
    shift 2
    local folder=$interpreters/$name packages recipe mirror
    packages=$(IFS=,; echo "$*")
    recipe="1 $suite $packages"
    begin "$name"
    if is_complete "$folder" "$recipe"; then
        connect_root "$folder"
        echo "present: $folder"
        return
    fi

    [ "$(id -u)" = 0 ] || fail "a $suite root needs root's rights (debootstrap, chroot)"
    install_packages debootstrap
    mirror=$(debian_mirror)
    # debootstrap has scripts for the suites of its time; newer ones are like sid.
    local script=/usr/share/debootstrap/scripts/$suite
    [ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
    debootstrap --variant=minbase --include="$packages" "$suite" "$temporary" "$mirror" "$script" >&2 || {
        tail -n 20 "$temporary/debootstrap/debootstrap.log" >&2 || true
        fail "debootstrap of $suite"
    }
    # A mirror may serve a frozen copy of a suite.
    echo 'Acquire::Check-Valid-Until "false";' >"$temporary/etc/apt/apt.conf.d/99everypy"
    rm -rf "$temporary"/var/cache/apt/archives/*.deb "$temporary"/var/lib/apt/lists/*
    make_devices "$temporary"
    connect_root "$temporary"
    move_into_place "$temporary" "$folder"
    complete "$folder" "$recipe"
    echo "installed: $folder"
}

# debootstrap makes these itself, except where it believes to be in a container.
make_devices() {
    local root=$1 name major minor
    while read -r name major minor; do
        [ -c "$root/dev/$name" ] && continue
        rm -f "$root/dev/$name"
        mknod --mode=666 "$root/dev/$name" c "$major" "$minor"
    done <<'DEVICES'
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
DEVICES
    mkdir -p --mode=1777 "$root/dev/shm"
}
