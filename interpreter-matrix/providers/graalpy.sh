#!/usr/bin/env bash
# Provides GraalPy from Maven Central, for this machine's Java 25, with two launchers:
#   graalpy         with the JIT compiler, as users run it
#   graalpy-quick   interprets only; starts four times as fast, for tests that are short
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

version=25.0.2
java_version=25
folder=$interpreters/graalpy-$version

# Prints the home of a Java of the right version: named by the user, or among the machine's JVMs.
java_home() {
    local home others
    others=$(command -v java || true)
    [ -z "$others" ] || others=$(dirname "$(readlink -f "$others")")/../..
    for home in "${EVERYPY_JAVA:-}" "${JAVA_HOME:-}" "$others"/*; do
        [ -x "$home/bin/java" ] && grep -qs "^JAVA_VERSION=\"$java_version[.\"]" "$home/release" || continue
        (cd "$home" && pwd -P)
        return
    done
    fail "GraalPy $version needs Java $java_version; set EVERYPY_JAVA to the home of one"
}

java=$(java_home)
recipe="2 $version $java $folder"
begin graalpy
if is_complete "$folder" "$recipe"; then
    echo "present: $folder/bin/graalpy"
    exit
fi
command -v mvn >/dev/null || install_packages maven

mkdir -p "$temporary"/{project,bin}
copy_with_dependencies() {
    local target=$1 dependencies=$2
    cat >"$temporary/project/pom.xml" <<POM
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>everypy</groupId>
  <artifactId>graalpy</artifactId>
  <version>1</version>
  <dependencies>$dependencies</dependencies>
</project>
POM
    nice -n 5 mvn --batch-mode --quiet -Dstyle.color=never --file "$temporary/project/pom.xml" \
        dependency:copy-dependencies -DoutputDirectory="$temporary/$target" >&2
}
# The compiler goes into a folder of its own: it is loaded as modules, the rest from the class path.
copy_with_dependencies lib "
    <dependency>
      <groupId>org.graalvm.polyglot</groupId>
      <artifactId>python-community</artifactId>
      <version>$version</version>
      <type>pom</type>
    </dependency>
    <dependency>
      <groupId>org.graalvm.python</groupId>
      <artifactId>python-launcher</artifactId>
      <version>$version</version>
    </dependency>"
copy_with_dependencies jit "
    <dependency>
      <groupId>org.graalvm.compiler</groupId>
      <artifactId>compiler</artifactId>
      <version>$version</version>
    </dependency>"

# `resources` gets the standard library, which GraalPy unpacks when it first starts. The launcher's
# own name matters: environments link to it, and subprocesses start through it.
write_launcher() {
    local name=$1 options=$2
    cat >"$temporary/bin/$name" <<LAUNCHER
#!/usr/bin/env bash
exec "$java/bin/java" $options \\
    -Xss4m --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \\
    -Dpolyglot.engine.WarnInterpreterOnly=false -Dpolyglot.engine.userResourceCache="$folder/resources" \\
    -Dorg.graalvm.launcher.executablename="\$0" \\
    -cp "$folder/lib/*" com.oracle.graal.python.shell.GraalPythonMain "\$@"
LAUNCHER
    chmod +x "$temporary/bin/$name"
}
write_launcher graalpy \
    "-XX:+UnlockExperimentalVMOptions -XX:+EnableJVMCI --upgrade-module-path=\"$folder/jit\""
# The archive holds the classes of the first run, parsed. Java makes it again when Java has changed.
write_launcher graalpy-quick \
    "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+AutoCreateSharedArchive -XX:SharedArchiveFile=\"$folder/quick.jsa\" -Xlog:cds=off -Xlog:aot=off"
rm -r "$temporary/project"
move_into_place "$temporary" "$folder"

# The first run: fills `resources` and the archive. It imports what test runners import, and modules
# written in C, so that the archive also has the part of GraalPy that serves those.
for launcher in graalpy-quick graalpy; do
    env -u PYTHONDONTWRITEBYTECODE nice -n 5 "$folder/bin/$launcher" -c '
import argparse, ast, asyncio, concurrent.futures, ctypes, dataclasses, decimal, difflib, email.message
import gc, http.client, importlib.metadata, importlib.resources, inspect, json, logging, pdb, pickle
import shutil, socket, sqlite3, ssl, subprocess, tempfile, threading, tomllib, traceback, unittest.mock
import venv, weakref, xml.etree.ElementTree, zipfile
import termios, _testmultiphase
import sys
sys.exit(sys.implementation.name != "graalpy")
' >&2 || fail "$folder/bin/$launcher does not run"
done
complete "$folder" "$recipe"
echo "installed: $folder/bin/graalpy"
