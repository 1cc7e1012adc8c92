# dotnet …Benchmarks.dll scale --tsv tests/Benchmarks/scale.tsv && gnuplot -e "folder='tests/Benchmarks'; out='docs/scale.png'" tests/Benchmarks/scale.gp
set terminal pngcairo size 900,420 font 'sans,10'
set output out
set datafile separator '\t'
set title 'simulated: silos and databases of 8 cores each, 256 clients a silo'
set style fill solid 0.8 border -1
set style data boxes
set boxwidth 0.7
set grid ytics
set logscale y
set yrange [500:1000000]
set ylabel 'journeys/s'
set xlabel 'silos × shards'
set key top left
set xtics rotate by -30
set arrow 1 from graph 0, first 7210 to graph 1, first 7210 nohead dashtype 2
set label 1 '10× of two cores' at graph 0.01, first 8700
set arrow 2 from graph 0, first 72100 to graph 1, first 72100 nohead dashtype 2
set label 2 '100×' at graph 0.01, first 87000
plot folder.'/scale.tsv' using 0:($3 == 0 ? $4 : 1/0):xtic(sprintf('%d×%d', $1, $2)) title 'as it is built', '' using 0:($3 == 1 ? $4 : 1/0) title "with the home's work shared out (not built)"
