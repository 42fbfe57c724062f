"""What a shell runs to complete a command line; all three ask `perceptui --complete`."""

from __future__ import annotations

_BASH = r"""# Completions of perceptui for bash: put this into ~/.bashrc, or make it the file
# ~/.local/share/bash-completion/completions/perceptui.
_perceptui() {
    local line typed="${COMP_LINE:0:COMP_POINT}" current="$2" before=""
    COMPREPLY=()
    if [[ $current != *" "* ]]; then # bash breaks words at = and :, and completes the last part
        before="${typed##*[[:space:]\"\']}"
        before="${before%"$current"}"
    fi
    while IFS= read -r line; do
        if [[ $line == :files ]]; then
            compopt -o filenames 2>/dev/null
            while IFS= read -r line; do
                COMPREPLY+=("$line")
            done < <(compgen -f -- "$current")
        elif [[ -n $line ]]; then
            line="${line%%$'\t'*}"
            COMPREPLY+=("${line#"$before"}")
        fi
    done < <("$1" --complete "$typed" 2>/dev/null)
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -F _perceptui perceptui
"""

_ZSH = r"""#compdef perceptui
# Completions of perceptui for zsh: the file _perceptui in a folder of $fpath, or behind compinit in
# ~/.zshrc.
_perceptui() {
    local line word
    local -a found asked
    for line in "${(@f)$(${words[1]} --complete "${(j: :)words[1,CURRENT]}" 2>/dev/null)}"; do
        if [[ $line == :files ]]; then
            _files
        elif [[ $line == *=$'\t'* ]]; then
            asked+=("${line%%$'\t'*}")
        elif [[ -n $line ]]; then
            word="${line%%$'\t'*}"
            found+=("${word//:/\\:}:${line#*$'\t'}")
        fi
    done
    (( $#asked )) && compadd -S '' -- "${asked[@]}"
    (( $#found )) && _describe -V perceptui found
    return 0
}
if [[ $funcstack[1] == _perceptui ]]; then
    _perceptui "$@"
else
    compdef _perceptui perceptui
fi
"""

_FISH = r"""# Completions of perceptui for fish: ~/.config/fish/completions/perceptui.fish.
function __perceptui_complete
    set -l program (commandline -opc)[1]
    for line in ($program --complete (commandline -cp | string collect) 2>/dev/null)
        if test "$line" = ":files"
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c perceptui -f -a "(__perceptui_complete)"
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
"""By the name of the shell."""
