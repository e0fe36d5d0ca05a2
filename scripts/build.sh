# Building with Maven on the right JDK. Sourced by the root scripts after WHENCE_ROOT and WHENCE_JDK are set.

# maven ARGUMENTS: runs Maven on the found JDK, with the user's WHENCE_MAVEN_OPTS (such as -Pgpu). Maven's own libraries still use Unsafe: its warnings say nothing to us.
maven() {
  local quiet="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"
  # shellcheck disable=SC2086
  JAVA_HOME="$WHENCE_JDK" MAVEN_OPTS="$quiet ${MAVEN_OPTS:-}" mvn -B -ntp -f "$WHENCE_ROOT/pom.xml" ${WHENCE_MAVEN_OPTS:-} "$@"
}

# need_maven: explains in one sentence what to install if there is no Maven.
need_maven() {
  if ! command -v mvn > /dev/null 2>&1; then
    echo "whence: Maven was not found: install Maven 3.8 or newer (for example the package maven) so that Whence can build itself." >&2
    return 1
  fi
}

# The folder that a start needs: all jars, and a stamp as old as the sources they were made from.
WHENCE_LIB="$WHENCE_ROOT/cli/target/lib"
WHENCE_STAMP="$WHENCE_ROOT/cli/target/whence.built"

# built: whether the jars exist, were made with the same wishes, and no source of the product is newer than they are.
built() {
  [ -f "$WHENCE_STAMP" ] && [ "$(< "$WHENCE_STAMP")" = "${WHENCE_MAVEN_OPTS:-}" ] || return 1
  local sources=("$WHENCE_ROOT"/pom.xml "$WHENCE_ROOT"/*/pom.xml "$WHENCE_ROOT"/*/src/main)
  [ -z "$(find "${sources[@]}" -newer "$WHENCE_STAMP" -print 2> /dev/null | head -n 1)" ]
}

# mark_start, mark_built: a source that changes while Maven runs is newer than the stamp, so it is built next time.
mark_start() {
  WHENCE_START="$(mktemp "${TMPDIR:-/tmp}/whence-start.XXXXXX")"
  printf '%s' "${WHENCE_MAVEN_OPTS:-}" > "$WHENCE_START"
}
mark_built() {
  [ -d "$WHENCE_LIB" ] && mv -f "$WHENCE_START" "$WHENCE_STAMP"
}
