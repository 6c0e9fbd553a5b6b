
# SPDX-License-Identifier: ISC

_signetctl() {
	local -a candidates found
	local current=${words[CURRENT]}
	if [[ $current == --*=* ]] && compset -P '*='; then
		candidates=("${(@f)$(_signetctl_values "${current%%=*}")}")
	else
		candidates=("${(@f)$(_signetctl_candidates "$current" "${(@)words[2,CURRENT-1]}")}")
	fi
	case ${candidates[1]} in
	'') return 1 ;;
	@FILE) _files ;;
	@KEY)
		found=("${(@f)$(_signetctl_keys "${(@)words[2,CURRENT-1]}")}")
		_describe -t keys key found
		;;
	*) _describe -t words word candidates ;;
	esac
}

if [[ ${funcstack[1]-} == _signetctl ]]; then
	_signetctl "$@"
elif (( $+functions[compdef] )); then
	compdef _signetctl signetctl
fi
