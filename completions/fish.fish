
# SPDX-License-Identifier: ISC
#
# What may stand where the cursor is, as in completions/candidates.sh.

function __signetctl_rows
    string replace -f -r -- '^'(string escape --style=regex -- $argv[1]) '' (string split \n -- $__signetctl_table)
end

function __signetctl_next
    set -l before ''
    for line in (__signetctl_rows command:)
        set -l parts (string split -m 1 : -- $line)
        set -l rest $parts[1]
        if test -n "$argv[1]"
            string match -q -- "$argv[1] *" $rest; or continue
            set rest (string replace -- "$argv[1] " '' $rest)
        end
        set -l word (string split -f 1 ' ' -- $rest)
        test "$word" = "$before"; and continue
        set before $word
        test "$word" = "$rest"; and echo $word\t$parts[2]; or echo $word\t"$word ..."
    end
end

function __signetctl_keys
    set -l control
    set -l words (commandline -opc)
    if set -l at (contains -i -- --control $words)
        set control --control $words[(math $at + 1)]
    end
    for line in (signetctl $control key list --limit 500 2>/dev/null | string match -r '^dk_.*')
        set -l columns (string match -a -r '\S+' -- $line)
        echo $columns[1]\t$columns[2]
        echo $columns[2]
    end
end

function __signetctl_values
    set -l words (__signetctl_rows "word:$argv[1]:")
    set -l value (__signetctl_rows "value:$argv[1]:")
    if test (count $words) -gt 0
        string join \n -- $words
    else if test "$value" = FILE
        __fish_complete_path (commandline -ct)
    else if test "$value" = KEY
        __signetctl_keys
    end
end

function __signetctl_operand
    set -l operands (__signetctl_rows "operand:$argv[1]:")
    test "$operands" = COMMAND; and __signetctl_next "$argv[3]"; and return
    test (count $operands) -gt $argv[2]; or return
    switch $operands[(math $argv[2] + 1)]
        case KEY
            __signetctl_keys
        case '*'
            __fish_complete_path (commandline -ct)
    end
end

function __signetctl_candidates
    set -l words (commandline -opc)[2..]
    set -l current (commandline -ct)
    set -l said
    set -l option
    for word in $words
        if test -n "$option"
            set option
        else if string match -q -- '--*=*' $word
        else if string match -q -- '--*' $word
            test -n "$(__signetctl_rows "value:$word:")"; and set option $word
        else
            set -a said $word
        end
    end
    if test -n "$option"
        __signetctl_values $option
        return
    end
    if string match -q -- '--*=*' $current
        set option (string split -f 1 = -- $current)
        string replace -r -- '^' "$option=" (__signetctl_values $option)
        return
    end
    set -l command
    for line in (__signetctl_rows command:)
        set -l name (string split -f 1 : -- $line)
        string match -q -- "$name *" "$said "; and set command $name; and break
    end
    if string match -q -- '-*' $current
        test -n "$command"; or set command help
        __signetctl_rows "option:$command:" | string replace : \t
    else if test -z "$command"
        __signetctl_next "$said"
    else
        set -l taken (count (string split ' ' -- $command))
        set -e said[1..$taken]
        __signetctl_operand $command (count $said) "$said"
    end
end

complete -c signetctl -f -a '(__signetctl_candidates)'
