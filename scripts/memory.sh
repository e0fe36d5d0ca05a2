# How much of --memory the Java heap may take; to be sourced.

# Prints the option for the JVM if --memory SIZE or --memory=SIZE is among the arguments: a quarter, and 256 MiB at least.
# What --memory allows is for libtorch first, and Java would fill a large heap with garbage before it clears up.
heap_within() {
  local argument previous="" size="" unit quarter
  for argument in "$@"; do
    case "$argument" in --memory=*) size="${argument#*=}" ;; esac
    [ "$previous" != --memory ] || size="$argument"
    previous="$argument"
  done
  [[ "$size" =~ ^[1-9][0-9]{0,5}[kmgtKMGT]$ ]] || return 0 # none, or refused by the command itself
  case "$size" in *[kK]) unit=0 ;; *[mM]) unit=10 ;; *[gG]) unit=20 ;; *) unit=30 ;; esac
  quarter=$(((${size%?} << unit) / 4))
  echo "-Xmx$((quarter > 262144 ? quarter : 262144))k"
}
