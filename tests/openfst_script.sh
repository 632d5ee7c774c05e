# A lexicon, a grammar and what was heard; every step as a script for OpenFst's tools has it.
# Every tool has its part.
set -e -o pipefail
cat > words.syms <<END
<eps> 0
the 1
cat 2
sat 3
mat 4
END
cat > letters.syms <<END
<eps> 0
t 1
h 2
e 3
c 4
a 5
s 6
m 7
END
cat > lexicon.txt <<END
0 1 t the
1 2 h <eps>
2 0 e <eps> 0.5
0 4 c cat 0.25
4 5 a <eps>
5 0 t <eps>
0 7 s sat
7 8 a <eps>
8 0 t <eps> 0.125
0 10 m mat 1
10 11 a <eps>
11 0 t <eps>
0
END
cat > grammar.txt <<END
0 1 the
1 2 cat 0.5
1 2 mat 1.5
2 3 sat
2 3 <eps> 2
3 0.25
END
cat > heard.txt <<END
0 1 t
1 2 h
2 3 e
3 4 c 0.75
3 4 m 0.5
4 5 a
5 6 t
6 7 s
7 8 a 0.25
8 9 t
9
6 9 <eps> 0.5
END
fstcompile --isymbols=letters.syms --osymbols=words.syms --keep_isymbols --keep_osymbols lexicon.txt lexicon.fst
fstcompile --acceptor -isymbols=words.syms --keep_isymbols=true --osymbols=words.syms --keep_osymbols=true grammar.txt > grammar.fst
fstcompile --acceptor --isymbols=letters.syms --osymbols=letters.syms --keep_isymbols --keep_osymbols < heard.txt | fstarcsort --sort_type=olabel > heard.fst
# Pipes without a name and with a dash.
fstarcsort -sort_type=olabel lexicon.fst | fstcompose - grammar.fst lg.fst
fstarcsort --sort_type=ilabel lg.fst | fstcompose heard.fst - answers.fst
fstproject --project_type=output answers.fst | fstrmepsilon | fstdeterminize | fstminimize > best.fst
echo "== best"
fsttopsort best.fst | fstprint --acceptor | sort
echo "== shortest path"
fstshortestpath --nshortest=1 answers.fst | fstproject --project_type=output | fstrmepsilon | fsttopsort | fstprint --fst_align=false
echo "== two strings"
fstshortestpath --nshortest=2 best.fst | fstrmepsilon | fstdeterminize | fstminimize | fsttopsort - - | fstprint --acceptor --numeric
echo "== encoded"
fstencode --encode_labels lg.fst codes encoded.fst
fstdeterminize encoded.fst | fstminimize - | fstencode --decode - codes decoded.fst
fstinfo encoded.fst | grep -E '^(# of (states|arcs)|acceptor)'
fstencode --encode_labels=true --encode_weights=true answers.fst codes2 | fstminimize --allow_nondet=false | fstencode -decode - codes2 | fstproject --project_type=output | fstrmepsilon | fstdeterminize | fstminimize | fstequivalent - best.fst && echo same
echo "== distances"
fstshortestdistance best.fst | sort -n > distances.txt
cat distances.txt
fstshortestdistance --reverse=true best.fst potentials.txt
fstreweight best.fst potentials.txt pushed.fst
fstpush --push_weights --remove_total_weight=false best.fst | fstequivalent pushed.fst - && echo same
fstpush -push_weights=true --to_final best.fst | fstprint --acceptor | sort
echo "== pruned"
fstprune --weight=0.5 answers.fst | fstproject --project_type=output | fstrmepsilon | fstinfo | grep '# of arcs'
echo "== log"
fstmap --map_type=to_log best.fst > log.fst
fstrmepsilon log.fst | fstdeterminize | fstpush --push_weights | fstinfo | grep -E 'arc type|# of states|string'
fstconvert --fst_type=const log.fst | fstinfo | sed -n 1,2p
echo "== rational"
fstunion best.fst best.fst | fstconcat - best.fst | fstclosure --closure_plus | fstrmepsilon | fstinfo | grep -E 'cyclic|acceptor'
fstinvert lexicon.fst | fstprint | sed -n 1,3p
fstreverse best.fst | fstconnect | fstreverse | fstrmepsilon | fstdeterminize | fstminimize | fstequivalent best.fst - && echo same
echo "== relabelled"
printf '1 11\n2 12\n' > pairs
fstrelabel --relabel_ipairs=pairs lexicon.fst | fstprint --numeric | sed -n 1,2p
printf '<eps> 0\nmat 1\nsat 2\ncat 3\nthe 4\n' > other.syms
fstrelabel --relabel_osymbols=other.syms lexicon.fst | fstprint | sed -n 1,2p
fstsymbols --clear_isymbols --save_osymbols=saved.syms lexicon.fst | fstprint | sed -n 1,2p
sort saved.syms
echo "== mapped"
fstmap --map_type=rmweight grammar.fst | fstprint --acceptor --show_weight_one
fstmap --map_type=superfinal best.fst | fstprint --acceptor
fstmap --map_type=times --weight=0.5 best.fst | fstprint --acceptor
fstdifference best.fst <(fstmap --map_type=rmweight grammar.fst | fstrmepsilon | fstdeterminize) | fstinfo | grep '# of states'
fstintersect best.fst grammar.fst | fstinfo --info_type=short | sed -n 1,2p
echo "== questions"
for other in best.fst pushed.fst lg.fst; do
  code=0; fstequal best.fst $other || code=$?; echo "equal $other $code"
  code=0; fstisomorphic best.fst $other || code=$?; echo "isomorphic $other $code"
done
code=0; fstequivalent best.fst no-such-file 2> /dev/null || code=$?; echo "missing $code"
code=0; fstequivalent --delta=x best.fst best.fst > /dev/null 2>&1 || code=$?; echo "bad option $code"
fstequivalent --random --npath=5 --seed=3 best.fst pushed.fst && echo same
fstrandgen --npath=3 --seed=7 --max_length=20 best.fst | fstinfo | grep '# of final'
fstdraw --portrait --title=best best.fst | sed -n 1p | cut -d' ' -f1
fstsynchronize answers.fst | fstinfo | grep 'output epsilons'
fstepsnormalize answers.fst | fstproject | fstrmepsilon | fstdeterminize | fstminimize | fstinfo | grep '# of states'
fstdisambiguate best.fst | fstequivalent - best.fst && echo same
printf '0 1 the\n1 2 cat 0.5\n2\n' | fstcompile --acceptor --isymbols=words.syms --osymbols=words.syms --keep_isymbols --keep_osymbols - cat.fst
fstreplace --epsilon_on_replace grammar.fst 100 cat.fst 4 replaced.fst
fstrmepsilon replaced.fst | fstdeterminize | fstminimize | fsttopsort | fstprint --acceptor | sort
echo "== options"
fstarcsort lg.fst lgs.fst
for filter in auto match null; do
  fstcompose --connect=false --compose_filter=$filter heard.fst lgs.fst | fstinfo | grep '# of states'
done
fstmap --map_type=rmweight grammar.fst | fstrmepsilon | fstdeterminize > allowed.fst
fstdifference --connect=false best.fst allowed.fst | fstinfo | grep '# of states'
fstintersect --connect=false allowed.fst best.fst | fstinfo | grep '# of states'
fstrmepsilon --connect=false answers.fst | fstinfo | grep '# of states'
fstrmepsilon --weight=0.5 answers.fst | fstinfo | grep '# of states'
fstdeterminize --weight=0.5 best.fst | fsttopsort | fstprint --acceptor | sort
fstdisambiguate --weight=0.5 --nstate=-1 best.fst | fstinfo | grep '# of arcs'
fstshortestdistance --nstate=1 best.fst | grep -v Infinity | sort -n
printf '0 1 1 7\n1 2 2 8 1\n1 2 3 9\n2\n' | fstcompile | fstpush --push_labels --remove_common_affix | fstprint
printf '0 1 1 7\n0 1 1 8 2\n1\n' | fstcompile - several.fst
fstdeterminize --det_type=nonfunctional several.fst | fstprint
fstdeterminize --det_type=nonfunctional --subsequential_label=9 --increment_subsequential_label=true several.fst | fstprint
