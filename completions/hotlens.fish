# fish completion for hotlens

function __hotlens_runs
    hotlens runs --json 2>/dev/null | string match --all --regex --groups-only '"id":([0-9]+)'
    echo last
end

# Behind "--" stands a program with arguments of its own.
function __hotlens_program
    set -l words (commandline -opc)
    set -l at (contains -i -- -- $words)
    or return
    complete -C (string join ' ' -- (string escape -- $words[$at..-1])[2..-1] (commandline -ct))
end

complete -c hotlens -f
complete -c hotlens -l help -d 'Show help'
complete -c hotlens -n __fish_use_subcommand -l version -d 'Print the version'
complete -c hotlens -l db -r -F -d 'The database'

complete -c hotlens -n __fish_use_subcommand -a record -d 'Record a program or a process'
complete -c hotlens -n __fish_use_subcommand -a runs -d 'List the runs that are kept'
complete -c hotlens -n __fish_use_subcommand -a show -d 'Print functions or lines of a run'
complete -c hotlens -n __fish_use_subcommand -a flame -d 'Draw the flame graph of a run'
complete -c hotlens -n __fish_use_subcommand -a import -d 'Keep a profile file as a run'
complete -c hotlens -n __fish_use_subcommand -a export -d 'Write a run as a file'
complete -c hotlens -n __fish_use_subcommand -a label -d 'Name a run'
complete -c hotlens -n __fish_use_subcommand -a pin -d 'Keep a run from being cleaned up'
complete -c hotlens -n __fish_use_subcommand -a rm -d 'Delete a run'
complete -c hotlens -n __fish_use_subcommand -a purge -d 'Delete many runs'
complete -c hotlens -n __fish_use_subcommand -a doctor -d 'Say what was found, and why'
complete -c hotlens -n __fish_use_subcommand -a serve -d 'The language server, for editors'

set -l record '__fish_seen_subcommand_from record'
complete -c hotlens -n $record -l pid -x -a '(__fish_complete_pids)' -d 'Attach to a process'
complete -c hotlens -n $record -l rate -x -d 'Samples per second'
complete -c hotlens -n $record -l duration -x -d 'Stop after so many seconds'
complete -c hotlens -n $record -l sampler -x -a 'auto attach launch' -d 'Who launches'
complete -c hotlens -n $record -l idle -d 'Count waiting too'
complete -c hotlens -n $record -l gil -d 'Only threads that hold the GIL'
complete -c hotlens -n $record -l native -d 'Frames of C code too'
complete -c hotlens -n $record -l nonblocking -d 'Do not pause the program'
complete -c hotlens -n $record -l sudo -d 'Run py-spy as root'
complete -c hotlens -n $record -l label -x -d 'Name of the run'
complete -c hotlens -n $record -l no-threads -d 'Do not tell threads apart'
complete -c hotlens -n $record -l no-subprocesses -d 'Only the first process'
complete -c hotlens -n $record -l py-spy -r -F -d 'Path of py-spy'
complete -c hotlens -n $record -l install-py-spy -d 'Install py-spy when it is missing'
complete -c hotlens -n $record -l cwd -r -F -d 'Where the program runs'
complete -c hotlens -n $record -l workspace -r -F -d 'Folder that paths are relative to'
complete -c hotlens -n $record -l no-sources -d 'Do not keep the text that ran'
complete -c hotlens -n $record -l grace -x -d 'Seconds between signals when stopping'
complete -c hotlens -n $record -l quiet -d 'No summary'
complete -c hotlens -n $record -l list -d 'Processes to attach to'
complete -c hotlens -n $record -a '(__hotlens_program)' -F

complete -c hotlens -n '__fish_seen_subcommand_from show flame export label pin rm' \
    -a '(__hotlens_runs)'
complete -c hotlens -n '__fish_seen_subcommand_from runs show flame' -l limit -x -d 'How many'
complete -c hotlens -n '__fish_seen_subcommand_from runs' -l all -d 'All of them'
complete -c hotlens -n '__fish_seen_subcommand_from runs purge' -l workspace -r -F -d 'Runs of this folder'
complete -c hotlens -n '__fish_seen_subcommand_from show' -l lines -r -F -d 'Annotated source'
complete -c hotlens -n '__fish_seen_subcommand_from show' -l callers -x -d 'Callers of a function'
complete -c hotlens -n '__fish_seen_subcommand_from show' -l total -d 'Sort by total'
complete -c hotlens -n '__fish_seen_subcommand_from flame' -l inverted -d 'Callers below functions'
complete -c hotlens -n '__fish_seen_subcommand_from flame' -l function -x -d 'Callers and callees of'
complete -c hotlens -n '__fish_seen_subcommand_from flame' -l focus -x -d 'Only stacks through'
complete -c hotlens -n '__fish_seen_subcommand_from flame' -l hide -x -d 'Modules to leave out'
complete -c hotlens -n '__fish_seen_subcommand_from flame' -l interactive -d 'On the whole screen'
complete -c hotlens -n '__fish_seen_subcommand_from flame' -l own -d 'Only the workspace'
complete -c hotlens -n '__fish_seen_subcommand_from flame' -l merge -d 'Threads together'
complete -c hotlens -n '__fish_seen_subcommand_from flame' -l lines -d 'A box for each line'
complete -c hotlens -n '__fish_seen_subcommand_from flame' -l search -x -d 'Count samples'
complete -c hotlens -n '__fish_seen_subcommand_from flame' -l width -x -d 'Columns'
complete -c hotlens -n '__fish_seen_subcommand_from export' -l format -x -a 'raw collapsed json html svg'
complete -c hotlens -n '__fish_seen_subcommand_from export' -s o -l output -r -F
complete -c hotlens -n '__fish_seen_subcommand_from export' -s n -l nodes -x -d 'Of html, at most'
complete -c hotlens -n '__fish_seen_subcommand_from export' -l with-source -d 'In html'
complete -c hotlens -n '__fish_seen_subcommand_from export' -l with-command -d 'In html'
complete -c hotlens -n __fish_use_subcommand -a top -d 'Hot functions of a process, live'
complete -c hotlens -n '__fish_seen_subcommand_from top' -f -a '(__fish_complete_pids; __hotlens_program)'
complete -c hotlens -n '__fish_seen_subcommand_from top' -l rate -x -d 'Samples per second'
complete -c hotlens -n '__fish_seen_subcommand_from top' -l idle -d 'Count waiting too'
complete -c hotlens -n '__fish_seen_subcommand_from top' -l total -d 'Sort by total'
complete -c hotlens -n '__fish_seen_subcommand_from top' -l all -d 'The machinery of import too'
complete -c hotlens -n '__fish_seen_subcommand_from top' -l py-spy -r -F
complete -c hotlens -n '__fish_seen_subcommand_from import' -F
complete -c hotlens -n '__fish_seen_subcommand_from import' -l rate -x -d 'Samples per second'
complete -c hotlens -n '__fish_seen_subcommand_from import' -l title -x -d 'What to call the run'
complete -c hotlens -n '__fish_seen_subcommand_from import' -l no-sources -d 'Do not keep the text'
complete -c hotlens -n '__fish_seen_subcommand_from label' -l remove -d 'Take the label away'
complete -c hotlens -n '__fish_seen_subcommand_from pin' -l off -d 'Let it be deleted by age again'
complete -c hotlens -n '__fish_seen_subcommand_from purge' -l all -d 'Every run'
complete -c hotlens -n '__fish_seen_subcommand_from purge' -l yes -d 'Do not ask'
complete -c hotlens -n '__fish_seen_subcommand_from record runs show flame import doctor' -l json -d 'Print JSON'
complete -c hotlens -n '__fish_seen_subcommand_from serve' -l stdio -d 'Talk on standard input and output'
