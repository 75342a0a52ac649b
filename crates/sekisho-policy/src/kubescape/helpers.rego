# What rules of Kubescape may call besides the language's own functions, by the names that they know.
package cautils

# Whether a list holds an element.
list_contains(list, element) {
	list[_] == element
}

# The name of a Pod.
getPodName(metadata) = metadata.name

# The entries that two objects share.
object_intersection(parent, part) = {key: value |
	value := part[key]
	parent[key] == value
}

# Whether every entry of an object is in another.
is_subobject(part, parent) {
	object_intersection(parent, part) == part
}

# The bits of a file's mode by their names.
unix_permission(mode) = {
	"user": unix_permission_from_octal(bits.rsh(mode, 6)),
	"group": unix_permission_from_octal(bits.rsh(mode, 3)),
	"everyone": unix_permission_from_octal(mode),
	"setuid": bits.and(mode, 2048) != 0,
	"setgid": bits.and(mode, 1024) != 0,
	"sticky": bits.and(mode, 512) != 0,
}

unix_permission_from_octal(digit) = {
	"read": bits.and(digit, 4) != 0,
	"write": bits.and(digit, 2) != 0,
	"exec": bits.and(digit, 1) != 0,
}

# Whether a file's mode sets no bit that another leaves out.
unix_permissions_allow(allowed, actual) {
	bits.and(bits.and(actual, 4095), bits.negate(allowed)) == 0
}

# 0644 or stricter.
is_strict_conf_permission(mode) {
	unix_permissions_allow(420, mode)
}

is_not_strict_conf_permission(mode) {
	not is_strict_conf_permission(mode)
}

# Owned by root, or not known.
is_strict_conf_ownership(ownership) {
	ownership.err
}

is_strict_conf_ownership(ownership) {
	ownership.uid == 0
	ownership.gid == 0
}

is_not_strict_conf_ownership(ownership) {
	not is_strict_conf_ownership(ownership)
}
