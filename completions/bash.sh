
# SPDX-License-Identifier: ISC
# shellcheck shell=bash

_signetctl() {
	local current=${COMP_WORDS[COMP_CWORD]} candidate
	local words=("${COMP_WORDS[@]:1:COMP_CWORD-1}")
	# readline cuts --option=value at the sign
	if [[ $current == '=' ]]; then
		current=''
	elif ((${#words[@]} > 1)) && [[ ${words[-1]} == '=' ]]; then
		unset 'words[-1]'
	fi
	COMPREPLY=()
	while IFS= read -r candidate; do
		case $candidate in
		@FILE)
			compopt -o filenames 2>/dev/null
			mapfile -t COMPREPLY < <(compgen -f -- "$current")
			return
			;;
		@KEY)
			while IFS= read -r candidate; do
				[[ ${candidate%%:*} == "$current"* ]] && COMPREPLY+=("${candidate%%:*}")
			done < <(_signetctl_keys "${words[@]}")
			;;
		'') ;;
		*)
			[[ ${candidate%%:*} == "$current"* ]] && COMPREPLY+=("${candidate%%:*}")
			;;
		esac
	done < <(_signetctl_candidates "$current" "${words[@]}")
	return 0
}

complete -F _signetctl signetctl
