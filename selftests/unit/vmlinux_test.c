// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmlinux/vmlinux.h against the running kernel's BTF: each struct, and each
 * enumerator.  What vmlinux.h says is the BTF of an object that
 * selftests.mk makes from it, TYPES_OBJECT.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "unit.h"

#define ENUMERATOR_PREFIX "VMLINUX_" /* as selftests.mk writes them */

enum { PATH_SIZE = 128, BITS = 8 };

/* How much of a struct must be the kernel's. */
enum extent {
	EXTENT_WHOLE,
	EXTENT_BEGIN, /* the kernel has appended, or may */
	EXTENT_MEMBERS, /* CO-RE: wherever they are */
	EXTENT_SIZE, /* opaque: older kernels do not name what is inside */
};

static const struct {
	const char *name;
	enum extent extent;
} extents[] = {
	{ "__sk_buff", EXTENT_BEGIN },
	{ "bpf_map", EXTENT_MEMBERS },
	{ "sk_buff", EXTENT_MEMBERS },
	{ "bpf_timer", EXTENT_SIZE },
};

static struct btf *ours, *kernels;

static enum extent extent_of(const char *name)
{
	for (size_t i = 0; i < COUNT(extents); i++)
		if (strcmp(extents[i].name, name) == 0)
			return extents[i].extent;
	return EXTENT_WHOLE;
}

/* A member, or a whole struct: what lies where. Bits. */
struct place {
	const struct btf *btf;
	__u32 type_id;
	__u32 offset;
	__u32 size;
};

static const struct btf_type *place_type(const struct place *place)
{
	__u32 id = place->type_id;
	const struct btf_type *type = btf__type_by_id(place->btf, id);

	while (btf_is_mod(type) || btf_is_typedef(type))
		type = btf__type_by_id(place->btf, type->type);
	return type;
}

static struct place member_place(const struct place *outer, __u32 index)
{
	const struct btf_type *type = place_type(outer);
	struct place place = {
		.btf = outer->btf,
		.type_id = btf_members(type)[index].type,
		.offset = outer->offset + btf_member_bit_offset(type, index),
		.size = btf_member_bitfield_size(type, index),
	};

	if (!place.size)
		place.size = btf__resolve_size(place.btf, place.type_id) * BITS;
	return place;
}

static const char *member_name(const struct place *outer, __u32 index)
{
	const struct btf_type *type = place_type(outer);

	return btf__name_by_offset(outer->btf,
				   btf_members(type)[index].name_off);
}

/* Find a member by name; through members that have none. */
static bool member_find(const struct place *outer, const char *name,
			struct place *ret)
{
	for (__u32 i = 0; i < btf_vlen(place_type(outer)); i++) {
		struct place place = member_place(outer, i);

		if (strcmp(member_name(outer, i), name) == 0) {
			*ret = place;
			return true;
		}
		if (!*member_name(outer, i) &&
		    btf_is_composite(place_type(&place)) &&
		    member_find(&place, name, ret))
			return true;
	}
	return false;
}

static void check_members(const struct place *our, const struct place *kernel,
			  enum extent extent, const char *path);

static void check_member(const struct place *our, const struct place *kernel,
			 enum extent extent, const char *path)
{
	if (kernel->size != our->size ||
	    (kernel->offset != our->offset && extent != EXTENT_MEMBERS))
		printf("# %s: ours is %u bits at %u, the kernel's %u at %u\n",
		       path, our->size, our->offset, kernel->size,
		       kernel->offset);
	CHECK_EQUAL(our->size, kernel->size);
	if (extent != EXTENT_MEMBERS)
		CHECK_EQUAL(our->offset, kernel->offset);
	if (btf_is_composite(place_type(our)) &&
	    btf_is_composite(place_type(kernel)))
		check_members(our, kernel, extent, path);
}

static void check_members(const struct place *our, const struct place *kernel,
			  enum extent extent, const char *path)
{
	for (__u32 i = 0; i < btf_vlen(place_type(our)) && !test_failed; i++) {
		const char *name = member_name(our, i);
		struct place member = member_place(our, i), found;
		char member_path[PATH_SIZE];

		if (!*name) {
			check_members(&member, kernel, extent, path);
			continue;
		}
		snprintf(member_path, sizeof(member_path), "%s.%s", path, name);
		if (!member_find(kernel, name, &found))
			printf("# the kernel has no %s\n", member_path);
		CHECK(member_find(kernel, name, &found));
		check_member(&member, &found, extent, member_path);
	}
}

static void check_size(const struct place *our, const struct place *kernel,
		       const char *name)
{
	if (place_type(our)->size != place_type(kernel)->size)
		printf("# struct %s\n", name);
	CHECK_EQUAL(place_type(our)->size, place_type(kernel)->size);
}

static void check_struct(__u32 id, const char *name)
{
	int kernel_id = btf__find_by_name_kind(kernels, name, BTF_KIND_STRUCT);
	struct place our = { .btf = ours, .type_id = id };
	struct place kernel = { .btf = kernels, .type_id = kernel_id };
	enum extent extent = extent_of(name);

	if (kernel_id < 0)
		printf("# the kernel has no struct %s\n", name);
	CHECK(kernel_id > 0);
	if (extent == EXTENT_WHOLE || extent == EXTENT_SIZE)
		check_size(&our, &kernel, name);
	if (extent != EXTENT_SIZE)
		check_members(&our, &kernel, extent, name);
}

/* Return: how many structs have been compared. */
static int check_structs(bool (*is_wanted)(enum extent extent))
{
	bool any_failed = false;
	int count = 0;

	for (__u32 id = 1; id < btf__type_cnt(ours); id++) {
		const struct btf_type *type = btf__type_by_id(ours, id);
		const char *name = btf__name_by_offset(ours, type->name_off);

		if (!btf_is_struct(type) || !*name ||
		    !is_wanted(extent_of(name)))
			continue;
		test_failed = false;
		check_struct(id, name);
		any_failed |= test_failed;
		count++;
	}
	test_failed = any_failed;
	return count;
}

static bool is_fixed(enum extent extent)
{
	return extent != EXTENT_MEMBERS;
}

static bool is_core(enum extent extent)
{
	return extent == EXTENT_MEMBERS;
}

static void fixed_layouts_are_the_kernels(void)
{
	CHECK(check_structs(is_fixed) > 0);
}

static void named_members_are_in_the_kernel(void)
{
	CHECK(check_structs(is_core) > 0);
}

/* --- enumerators --- */

/* Find the enumerator of this name in an enum of 32 or 64 bits. */
static bool value_find_in(const struct btf *btf, const struct btf_type *type,
			  const char *name, long long *ret)
{
	for (__u32 i = 0; i < btf_vlen(type); i++) {
		bool is_wide = btf_is_enum64(type);
		__u32 name_off = is_wide ? btf_enum64(type)[i].name_off :
					   btf_enum(type)[i].name_off;

		if (strcmp(btf__name_by_offset(btf, name_off), name) != 0)
			continue;
		*ret = is_wide ? (long long)btf_enum64_value(
					 &btf_enum64(type)[i]) :
				 btf_enum(type)[i].val;
		return true;
	}
	return false;
}

static bool value_find(const struct btf *btf, const char *name, long long *ret)
{
	for (__u32 id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);

		if (btf_is_any_enum(type) &&
		    value_find_in(btf, type, name, ret))
			return true;
	}
	return false;
}

static void check_enumerator(const struct btf_enum *enumerator)
{
	const char *name = btf__name_by_offset(ours, enumerator->name_off) +
			   strlen(ENUMERATOR_PREFIX);
	long long value;

	/* Linux 6.1 has it, and keeps it out of its BTF */
	if (strcmp(name, "BPF_F_CURRENT_NETNS") == 0 &&
	    !value_find(kernels, name, &value))
		return;
	if (!value_find(kernels, name, &value))
		printf("# the kernel has no %s\n", name);
	CHECK(value_find(kernels, name, &value));
	if (enumerator->val != value)
		printf("# %s\n", name);
	CHECK_EQUAL(enumerator->val, value);
}

static void enumerators_have_the_kernels_values(void)
{
	bool any_failed = false;
	int count = 0;

	for (__u32 id = 1; id < btf__type_cnt(ours); id++) {
		const struct btf_type *type = btf__type_by_id(ours, id);

		if (!btf_is_enum(type))
			continue;
		test_failed = false;
		check_enumerator(btf_enum(type));
		any_failed |= test_failed;
		count++;
	}
	test_failed = any_failed;
	CHECK(count > 0);
}

static const struct test_case cases[] = {
	{ "fixed layouts are the kernel's", fixed_layouts_are_the_kernels },
	{ "members that CO-RE looks for are in the kernel",
	  named_members_are_in_the_kernel },
	{ "enumerators have the kernel's values",
	  enumerators_have_the_kernels_values },
};

int main(void)
{
	int status;

	ours = btf__parse_elf(TYPES_OBJECT, NULL);
	must(ours != NULL, TYPES_OBJECT);
	kernels = btf__load_vmlinux_btf();
	must(kernels != NULL, "/sys/kernel/btf/vmlinux");
	status = test_main(cases, COUNT(cases));
	btf__free(ours);
	btf__free(kernels);
	return status;
}
