// SPDX-License-Identifier: GPL-2.0-only
#include "foreign.h"

#include <errno.h>
#include <fnmatch.h>
#include <libiptc/libip6tc.h>
#include <libiptc/libiptc.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "netlink.h"

/* Whose masquerade is in a chain, or table, of this name. */
static const struct {
	const char *pattern;
	const char *remedy;
} rules[] = {
	/* CNI-HOSTPORT-…, CNI-DN-… and CNI-SN-… are not about masquerade */
	{ "CNI-[0-9a-f]*", "\"ipMasq\": false in the CNI configuration" },
	{ "cni_plugins_masquerade",
	  "\"ipMasq\": false in the CNI configuration" },
	{ "kindnet-ipmasq", "let kindnet run without masquerade" },
	{ "KIND-MASQ-AGENT", "let kindnet run without masquerade" },
	{ "FLANNEL-POSTRTG", "let flanneld run without --ip-masq" },
	{ "flannel-ipv4", "let flanneld run without --ip-masq" },
	{ "flannel-ipv6", "let flanneld run without --ip-masq" },
	{ "IP-MASQ", "remove ip-masq-agent and its chain" },
	{ "IP-MASQ-AGENT", "remove ip-masq-agent and its chain" },
	{ "cali-nat-outgoing", "natOutgoing: false in Calico's IPPool" },
};

/* Many pods have a chain each: one line a pattern. */
static void name_look(const char *name, struct warnings *warnings)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (fnmatch(rules[i].pattern, name, 0) == 0)
			warnings_add(warnings,
				     "other masquerade rules (%s) may hide "
				     "pods from bpfmasq: %s",
				     rules[i].pattern, rules[i].remedy);
}

/* --- nftables --- */

static int table_read(const struct nlmsghdr *message, void *warnings)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, message, sizeof(struct nfgenmsg))
		if (mnl_attr_get_type(attr) == NFTA_TABLE_NAME)
			name_look(mnl_attr_get_str(attr), warnings);
	return MNL_CB_OK;
}

static int chain_read(const struct nlmsghdr *message, void *warnings)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, message, sizeof(struct nfgenmsg))
		if (mnl_attr_get_type(attr) == NFTA_CHAIN_NAME)
			name_look(mnl_attr_get_str(attr), warnings);
	return MNL_CB_OK;
}

static int nft_dump(struct netlink *netlink, __u16 type, mnl_cb_t read,
		    struct warnings *warnings)
{
	struct nfgenmsg request = { .nfgen_family = NFPROTO_UNSPEC,
				    .version = NFNETLINK_V0 };

	return netlink_dump(netlink, NFNL_SUBSYS_NFTABLES << 8 | type, &request,
			    sizeof(request), read, warnings);
}

static int nft_look_once(void *warnings)
{
	struct netlink netlink;
	int error = netlink_open(NETLINK_NETFILTER, &netlink);

	if (error) /* a kernel without it has no such rules */
		return error == -EPROTONOSUPPORT ? 0 : error;
	error = nft_dump(&netlink, NFT_MSG_GETTABLE, table_read, warnings);
	if (!error)
		error = nft_dump(&netlink, NFT_MSG_GETCHAIN, chain_read,
				 warnings);
	netlink_close(&netlink);
	return error == -EINVAL ? 0 : error; /* nftables is not in the kernel */
}

/* --- iptables-legacy --- */

/* Asking for a table that is not there would make it. */
static bool legacy_has_nat(const char *path)
{
	char *text, *rest, *line;
	bool has_nat = false;
	size_t size;

	if (file_read(path, &text, &size))
		return false;
	rest = text;
	while ((line = strsep(&rest, "\n")))
		has_nat |= strcmp(line, "nat") == 0;
	free(text);
	return has_nat;
}

/* As the unit confines the daemon: CAP_NET_RAW is not among what it has. */
static void legacy_cannot(struct warnings *warnings)
{
	warnings_add(warnings,
		     "iptables-legacy has NAT rules that cannot be looked at "
		     "without CAP_NET_RAW: bpfmasq status, as root, does");
}

static void legacy_look4(struct warnings *warnings)
{
	struct xtc_handle *nat;

	if (!legacy_has_nat("/proc/net/ip_tables_names"))
		return;
	nat = iptc_init("nat");
	if (!nat) {
		legacy_cannot(warnings);
		return;
	}
	for (const char *name = iptc_first_chain(nat); name;
	     name = iptc_next_chain(nat))
		name_look(name, warnings);
	iptc_free(nat);
}

static void legacy_look6(struct warnings *warnings)
{
	struct xtc_handle *nat;

	if (!legacy_has_nat("/proc/net/ip6_tables_names"))
		return;
	nat = ip6tc_init("nat");
	if (!nat) {
		legacy_cannot(warnings);
		return;
	}
	for (const char *name = ip6tc_first_chain(nat); name;
	     name = ip6tc_next_chain(nat))
		name_look(name, warnings);
	ip6tc_free(nat);
}

int foreign_look(struct warnings *ret)
{
	int error = netlink_retry(nft_look_once, ret);

	legacy_look4(ret);
	legacy_look6(ret);
	return error;
}
