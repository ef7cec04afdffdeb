# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Bash completion for vtpmctl(8).  Needs nothing but bash.

# _vtpmctl_offer WORD...: those that begin with what was typed
_vtpmctl_offer()
{
	mapfile -t COMPREPLY < <(compgen -W "$*" -- "$cur")
}

# _vtpmctl_nodes PREFIX [PATTERN]: nodes that there are, as paths if a path was typed
_vtpmctl_nodes()
{
	local nodes

	nodes=$(compgen -G "/dev/$1[0-9]*"; [[ ! ${2-} ]] || compgen -G "/dev/$1$2")
	nodes=${nodes//\/dev\/vtpm-control/}
	[[ $cur == /* ]] || nodes=${nodes//\/dev\//}
	_vtpmctl_offer "$nodes"
}

# Names of the files that describe proxies
_vtpmctl_files()
{
	local files

	files=$(cd "${VTPM_BRIDGE_CONF-/etc/vtpm-bridge}" 2>/dev/null && compgen -G "*.conf")
	_vtpmctl_offer "${files//.conf/}"
}

_vtpmctl_properties()
{
	_vtpmctl_offer locality= physical-presence= reset-by-query= ownership= \
		deny= allow= allow-unsafe= default= secret-file= real-pcrs= \
		nv-range= nv-indices= nv-bytes= persistent-range= persistent-objects= \
		owner-auth-file= endorsement-auth-file= transport= counter= \
		power= endorsement= stop-on-failure= failure-mode= null-key= \
		composite= attest= state= state-key-file= srk-auth-file= \
		rollback-counter= accept-old-state=
	# Outside of a completion there is nothing to set this option of.
	compopt -o nospace 2>/dev/null
}

# Names of properties that can be unset
_vtpmctl_unset()
{
	_vtpmctl_offer locality physical-presence reset-by-query ownership deny allow-unsafe \
		real-pcrs nv-range nv-indices nv-bytes persistent-range persistent-objects \
		owner-auth-file endorsement-auth-file transport counter power endorsement \
		stop-on-failure failure-mode null-key composite attest
}

# _vtpmctl_values NAME: what may follow NAME=
_vtpmctl_values()
{
	case $1 in
	-c | --chip) _vtpmctl_nodes tpm ;;
	-F | --file) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	locality) _vtpmctl_offer 0 1 2 3 4 ;;
	physical-presence | reset-by-query | power | endorsement | stop-on-failure | failure-mode | \
		accept-old-state)
		_vtpmctl_offer on off
		;;
	ownership) _vtpmctl_offer auto owned not-installable granted ;;
	transport) _vtpmctl_offer deny inspect ordinal allow ;;
	null-key) _vtpmctl_offer proxy chip ;;
	real-pcrs | composite | attest | *-range | counter) _vtpmctl_offer none ;;
	state | *-file) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}

# _vtpmctl_words INDEX: set command, and args to how many words follow it
_vtpmctl_words()
{
	local i

	for ((i = 1; i < $1; i++)); do
		case ${COMP_WORDS[i]} in
		-[cCFiw] | --chip | --command | --count | --file | --interval | --wait)
			[[ ${COMP_WORDS[i + 1]} != = ]] || i=$((i + 1))
			i=$((i + 1))
			;;
		-*) ;;
		*)
			if [[ $command ]]; then
				args=$((args + 1))
			else
				command=${COMP_WORDS[i]}
			fi
			;;
		esac
	done
}

_vtpmctl()
{
	local cur=${COMP_WORDS[COMP_CWORD]}
	local prev=${COMP_WORDS[COMP_CWORD - 1]}
	local command='' args=0

	COMPREPLY=()
	# Bash makes a word of its own of "=".
	if [[ $cur == = ]]; then
		cur=
		_vtpmctl_values "$prev"
		return
	elif [[ $prev == = ]]; then
		_vtpmctl_values "${COMP_WORDS[COMP_CWORD - 2]}"
		return
	fi
	case $prev in
	-c | --chip | -C | --command | -F | --file)
		_vtpmctl_values "$prev"
		return
		;;
	esac

	_vtpmctl_words "$COMP_CWORD"
	case $command,$args,$cur in
	,*,-*)
		_vtpmctl_offer --all --batch --chip --command --config --count --dry-run --file \
			--force --help --interval --json --usage --version --wait
		;;
	apply,*,-*) _vtpmctl_offer --dry-run --force --help --json --wait ;;
	create,*,-*) _vtpmctl_offer --chip --force --help --json ;;
	show,*,-*) _vtpmctl_offer --config --help --json ;;
	state,*,-*) _vtpmctl_offer --chip --help --json ;;
	attest,*,-* | chips,*,-* | list,*,-*) _vtpmctl_offer --help --json ;;
	top,*,-*) _vtpmctl_offer --batch --count --help --interval --json ;;
	monitor,*,-*) _vtpmctl_offer --command --file --help --json ;;
	destroy,*,-*) _vtpmctl_offer --all --force --help ;;
	set,0,-*) _vtpmctl_offer --force --help ;;
	access,*,-* | help,*,-* | reset,*,-* | unset,*,-*) _vtpmctl_offer --help ;;
	apply,0,* | access,0,*) _vtpmctl_files ;;
	,* | help,0,*)
		_vtpmctl_offer access apply attest chips create destroy help list monitor reset \
			set show state top unset
		;;
	create,*) _vtpmctl_properties ;;
	destroy,* | monitor,* | reset,0,* | set,0,* | show,0,* | unset,0,*) _vtpmctl_nodes vtpm '-*' ;;
	set,*) _vtpmctl_properties ;;
	unset,*) _vtpmctl_unset ;;
	attest,0,*) _vtpmctl_offer W ;;
	state,0,*) _vtpmctl_offer copy move show ;;
	state,*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	attest,2,*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}

complete -F _vtpmctl vtpmctl
