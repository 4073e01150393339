# fish completion for hotlens

function __hotlens_runs
    hotlens runs --json 2>/dev/null | string match --all --regex --groups-only '"id":([0-9]+)'
    echo last
end

complete -c hotlens -f
complete -c hotlens -l help -d 'Show help'
complete -c hotlens -n __fish_use_subcommand -l version -d 'Print the version'
complete -c hotlens -l db -r -F -d 'The database'

complete -c hotlens -n __fish_use_subcommand -a record -d 'Record a program or a process'
complete -c hotlens -n __fish_use_subcommand -a runs -d 'List the runs that are kept'
complete -c hotlens -n __fish_use_subcommand -a show -d 'Print functions or lines of a run'
complete -c hotlens -n __fish_use_subcommand -a flame -d 'Print the flame graph as JSON'
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
complete -c hotlens -n $record -a '(__fish_complete_subcommand)' -F

complete -c hotlens -n '__fish_seen_subcommand_from show flame export label pin rm' \
    -a '(__hotlens_runs)'
complete -c hotlens -n '__fish_seen_subcommand_from runs show flame' -l limit -x -d 'How many'
complete -c hotlens -n '__fish_seen_subcommand_from runs' -l all -d 'All of them'
complete -c hotlens -n '__fish_seen_subcommand_from runs purge' -l workspace -r -F -d 'Runs of this folder'
complete -c hotlens -n '__fish_seen_subcommand_from show' -l lines -r -F -d 'Annotated source'
complete -c hotlens -n '__fish_seen_subcommand_from show' -l callers -x -d 'Callers of a function'
complete -c hotlens -n '__fish_seen_subcommand_from show' -l total -d 'Sort by total'
complete -c hotlens -n '__fish_seen_subcommand_from export' -l format -x -a 'raw collapsed json'
complete -c hotlens -n '__fish_seen_subcommand_from export' -s o -l output -r -F
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
