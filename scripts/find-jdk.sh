# Finds a JDK new enough for Whence. Sourced by the root scripts; defines functions, runs nothing.
# Looks at WHENCE_JAVA_HOME, JAVA_HOME, the java of PATH, then the usual folders of Linux and macOS.

WHENCE_JDK_WANTED="25.0.3"

# jdk_version HOME: prints the version of the JDK in HOME, such as 25.0.3; nothing if there is none.
jdk_version() {
  local line version=""
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 0
  if [ -r "$1/release" ]; then
    while IFS= read -r line; do
      case "$line" in JAVA_VERSION=*) version="${line#JAVA_VERSION=}"; break ;; esac
    done < "$1/release"
  fi
  if [ -z "$version" ]; then
    version="$("$1/bin/java" -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p' | head -n 1)"
  fi
  version="${version%\"}"
  version="${version#\"}"
  printf '%s' "${version%%[-+ ]*}"
}

# version_at_least FOUND WANTED: compares dotted numbers.
version_at_least() {
  local -a found wanted
  local i f w
  IFS=. read -r -a found <<< "$1"
  IFS=. read -r -a wanted <<< "$2"
  for i in 0 1 2; do
    f="${found[i]:-0}"
    w="${wanted[i]:-0}"
    case "$f" in '' | *[!0-9]*) return 1 ;; esac
    [ "$f" -gt "$w" ] && return 0
    [ "$f" -lt "$w" ] && return 1
  done
  return 0
}

# jdk_suits HOME: whether HOME holds a JDK that is new enough.
jdk_suits() {
  local version
  version="$(jdk_version "$1")"
  [ -n "$version" ] && version_at_least "$version" "$WHENCE_JDK_WANTED"
}

# follow_links FILE: prints where a chain of symbolic links ends (macOS has no readlink -f in older versions).
follow_links() {
  local file="$1" link
  while [ -L "$file" ]; do
    link="$(readlink "$file")"
    case "$link" in
      /*) file="$link" ;;
      *) file="$(dirname "$file")/$link" ;;
    esac
  done
  (cd "$(dirname "$file")" > /dev/null && printf '%s/%s' "$(pwd -P)" "$(basename "$file")")
}

# find_jdk: sets WHENCE_JDK, or explains on stderr in one sentence what to install and returns 1.
find_jdk() {
  local home java
  if [ -n "${WHENCE_JAVA_HOME:-}" ]; then
    if jdk_suits "$WHENCE_JAVA_HOME"; then
      WHENCE_JDK="$WHENCE_JAVA_HOME"
      return 0
    fi
    home="$(jdk_version "$WHENCE_JAVA_HOME")"
    echo "whence: WHENCE_JAVA_HOME is '$WHENCE_JAVA_HOME', which holds ${home:+JDK }${home:-no JDK}; Whence needs JDK $WHENCE_JDK_WANTED or newer." >&2
    return 1
  fi
  if [ -n "${JAVA_HOME:-}" ] && jdk_suits "$JAVA_HOME"; then
    WHENCE_JDK="$JAVA_HOME"
    return 0
  fi
  java="$(command -v java 2> /dev/null || true)"
  if [ -n "$java" ]; then
    home="$(dirname "$(dirname "$(follow_links "$java")")")"
    if jdk_suits "$home"; then
      WHENCE_JDK="$home"
      return 0
    fi
  fi
  for home in /usr/lib/jvm/* /usr/java/* /usr/local/java/* /usr/local/openjdk* /opt/* /opt/java/* /opt/jdk/* \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.asdf/installs/java/* \
    "$HOME"/.local/share/mise/installs/java/* /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if jdk_suits "$home"; then
      WHENCE_JDK="$home"
      return 0
    fi
  done
  if [ -x /usr/libexec/java_home ]; then
    home="$(/usr/libexec/java_home -v 25+ 2> /dev/null || true)"
    if [ -n "$home" ] && jdk_suits "$home"; then
      WHENCE_JDK="$home"
      return 0
    fi
  fi
  echo "whence: no JDK $WHENCE_JDK_WANTED or newer was found: install one (for example the package temurin-25-jdk or openjdk-25-jdk) or set WHENCE_JAVA_HOME to its folder." >&2
  return 1
}
