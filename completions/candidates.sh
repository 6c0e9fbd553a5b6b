
# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154  # _signetctl_table is made from the tables of signetctl: completions/print.c
#
# What may stand where the cursor is, for bash and zsh alike.

# _signetctl_rows BEGINNING: what stands behind it in the lines of the table that begin so
_signetctl_rows() {
	local line
	while IFS= read -r line; do
		[[ $line == "$1"* ]] && printf '%s\n' "${line#"$1"}"
	done <<<"$_signetctl_table"
	return 0
}

# _signetctl_next SAID: the words that may follow these of a command, WORD:MEANING
_signetctl_next() {
	local line rest meaning before=''
	while IFS= read -r line; do
		rest=${line%%:*} meaning=${line#*:}
		[[ -z $1 ]] || [[ $rest == "$1 "* ]] || continue
		[[ -z $1 ]] || rest=${rest#"$1 "}
		[[ $rest != *' '* ]] || meaning="${rest%% *} ..."
		rest=${rest%% *}
		[[ $rest == "$before" ]] || printf '%s\n' "$rest:$meaning"
		before=$rest
	done <<<"$(_signetctl_rows command:)"
}

# _signetctl_values OPTION: what its value may be
_signetctl_values() {
	local words value
	words=$(_signetctl_rows "word:$1:")
	value=$(_signetctl_rows "value:$1:")
	if [[ -n $words ]]; then
		printf '%s\n' "$words"
	elif [[ $value == FILE ]]; then
		printf '@FILE\n'
	elif [[ $value == KEY ]]; then
		printf '@KEY\n'
	fi
}

# _signetctl_operand COMMAND NUMBER SAID: what that operand, counted from 0, may be
_signetctl_operand() {
	local operand number=0
	while IFS= read -r operand; do
		if ((number++ == $2)) || [[ $operand == COMMAND ]]; then
			case $operand in
			'') ;;
			KEY) printf '@KEY\n' ;;
			COMMAND) _signetctl_next "$3" ;;
			*) printf '@FILE\n' ;;
			esac
			return
		fi
	done <<<"$(_signetctl_rows "operand:$1:")"
}

# _signetctl_command SAID: the command that these words begin with, if any
_signetctl_command() {
	local line
	while IFS= read -r line; do
		[[ "$1 " == "${line%%:*} "* ]] || continue
		printf '%s\n' "${line%%:*}"
		return
	done <<<"$(_signetctl_rows command:)"
}

# _signetctl_candidates CURRENT WORD...: behind these words, lines of CANDIDATE or CANDIDATE:MEANING; @FILE and @KEY
# stand for the names of files and of keys. Options are told to whom begins one.
_signetctl_candidates() {
	local current=$1 word said='' option='' command spaces count=0
	shift
	for word in "$@"; do
		if [[ -n $option ]]; then
			option=''
		elif [[ $word == --*=* ]]; then
			:
		elif [[ $word == --* ]]; then
			[[ -z $(_signetctl_rows "value:$word:") ]] || option=$word
		else
			said=${said:+$said }$word
			count=$((count + 1))
		fi
	done
	if [[ -n $option ]]; then
		_signetctl_values "$option"
		return
	fi
	command=$(_signetctl_command "$said")
	if [[ $current == -* ]]; then
		_signetctl_rows "option:${command:-help}:"
	elif [[ -z $command ]]; then
		_signetctl_next "$said"
	else
		spaces=${command//[! ]/}
		said=${said#"$command"}
		_signetctl_operand "$command" $((count - ${#spaces} - 1)) "${said# }"
	fi
}

# _signetctl_keys WORD...: the ids and domains of the keys that the daemon these words name has
_signetctl_keys() {
	local word before='' control=''
	for word in "$@"; do
		[[ $before != --control ]] || control=$word
		[[ $word != --control=* ]] || control=${word#--control=}
		before=$word
	done
	signetctl ${control:+--control} ${control:+"$control"} key list --limit 500 2>/dev/null |
		while read -r word before _; do
			[[ $word != dk_* ]] || printf '%s\n' "$word:$before" "$before"
		done
}
