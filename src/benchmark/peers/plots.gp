# Runs in the folder with the data of report.py.
set terminal svg size 980,520 dynamic background "white" font "sans-serif,12"
set datafile separator tab
set grid ytics lc rgb "#dddddd"
set style data linespoints
set pointsize 0.7

# Twelve lines that differ by colour and point. With more, as for the service on four runtimes, they repeat.
array colours[12] = ["#4477aa", "#ee6677", "#228833", "#aa7700", "#66ccee", "#aa3377", \
                     "#555555", "#ee7733", "#009988", "#882255", "#999933", "#000000"]
array points[12] = [7, 5, 9, 11, 13, 6, 4, 8, 10, 12, 1, 2]
do for [i=1:12] { set linetype i lc rgb colours[i] pt points[i] lw 2 }
set linetype cycle 12

set logscale x 2
set xtics (1, 4, 16, 64, 256)
set xrange [0.9:290]
set xlabel "connections" offset 0,0.4
set key below noenhanced maxcols 1

panel(file) = sprintf("%s.tsv", file)
do for [picture in "rate p99"] {
    set output picture.".svg"
    if (picture eq "rate") { set ylabel "requests per second"; set yrange [0:*] } \
    else { set ylabel "99th percentile, ms"; set yrange [*:*]; set logscale y }
    set multiplot layout 1,2
    set title "one response, from memory or through nginx"
    stats panel(picture."-peers") skip 1 nooutput
    plot for [i=2:int(STATS_columns)] panel(picture."-peers") using 1:i title columnheader(i) lt i-1
    set title "this service, by traffic"
    unset ylabel
    stats panel(picture."-traffic") skip 1 nooutput
    plot for [i=2:int(STATS_columns)] panel(picture."-traffic") using 1:i title columnheader(i) lt i-1
    unset multiplot
}

unset logscale
unset title
set terminal svg size 860,380 dynamic background "white" font "sans-serif,12"
set output "starts.svg"
set key off
set xlabel "seconds from the start to the first token"
set yrange [*:*] reverse
set offsets 0, 0, 0.5, 0.5
set xrange [0:*]
set xtics auto
set ytics noenhanced
unset grid
set grid xtics lc rgb "#dddddd"
set style fill solid 0.8
plot "starts.tsv" skip 1 using ($2/2):0:($2/2):(0.3):ytic(1) with boxxyerror lc rgb "#4477aa"
