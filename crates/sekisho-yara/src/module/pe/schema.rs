//! What the module `pe` has.

use crate::module::{Kind, Member};

pub(crate) const MEMBERS: &[Member] = &[
    ("is_pe", Kind::Scalar),
    ("machine", Kind::Scalar),
    ("number_of_sections", Kind::Scalar),
    ("timestamp", Kind::Scalar),
    ("pointer_to_symbol_table", Kind::Scalar),
    ("number_of_symbols", Kind::Scalar),
    ("size_of_optional_header", Kind::Scalar),
    ("characteristics", Kind::Scalar),
    ("entry_point", Kind::Scalar),
    ("entry_point_raw", Kind::Scalar),
    ("image_base", Kind::Scalar),
    ("number_of_rva_and_sizes", Kind::Scalar),
    ("number_of_version_infos", Kind::Scalar),
    ("version_info", Kind::Map(&Kind::Scalar)),
    ("version_info_list", Kind::List(&Kind::Structure(VERSION_INFO))),
    ("opthdr_magic", Kind::Scalar),
    ("size_of_code", Kind::Scalar),
    ("size_of_initialized_data", Kind::Scalar),
    ("size_of_uninitialized_data", Kind::Scalar),
    ("base_of_code", Kind::Scalar),
    ("base_of_data", Kind::Scalar),
    ("section_alignment", Kind::Scalar),
    ("file_alignment", Kind::Scalar),
    ("linker_version", VERSION),
    ("os_version", VERSION),
    ("image_version", VERSION),
    ("subsystem_version", VERSION),
    ("win32_version_value", Kind::Scalar),
    ("size_of_image", Kind::Scalar),
    ("size_of_headers", Kind::Scalar),
    ("checksum", Kind::Scalar),
    ("calculate_checksum", Kind::Function),
    ("subsystem", Kind::Scalar),
    ("dll_characteristics", Kind::Scalar),
    ("size_of_stack_reserve", Kind::Scalar),
    ("size_of_stack_commit", Kind::Scalar),
    ("size_of_heap_reserve", Kind::Scalar),
    ("size_of_heap_commit", Kind::Scalar),
    ("loader_flags", Kind::Scalar),
    ("data_directories", Kind::List(&Kind::Structure(DIRECTORY))),
    ("sections", Kind::List(&Kind::Structure(SECTION))),
    ("overlay", Kind::Structure(OVERLAY)),
    ("rich_signature", Kind::Structure(RICH)),
    ("imphash", Kind::Function),
    ("section_index", Kind::Function),
    ("exports", Kind::Function),
    ("exports_index", Kind::Function),
    ("imports", Kind::Function),
    ("import_rva", Kind::Function),
    ("delayed_import_rva", Kind::Function),
    ("locale", Kind::Function),
    ("language", Kind::Function),
    ("is_dll", Kind::Function),
    ("is_32bit", Kind::Function),
    ("is_64bit", Kind::Function),
    ("rva_to_offset", Kind::Function),
    ("number_of_imports", Kind::Scalar),
    ("number_of_imported_functions", Kind::Scalar),
    ("number_of_delayed_imports", Kind::Scalar),
    ("number_of_delayed_imported_functions", Kind::Scalar),
    ("number_of_exports", Kind::Scalar),
    ("dll_name", Kind::Scalar),
    ("export_timestamp", Kind::Scalar),
    ("export_details", Kind::List(&Kind::Structure(EXPORT))),
    ("import_details", Kind::List(&Kind::Structure(LIBRARY))),
    ("delayed_import_details", Kind::List(&Kind::Structure(LIBRARY))),
    ("resource_timestamp", Kind::Scalar),
    ("resource_version", VERSION),
    ("resources", Kind::List(&Kind::Structure(RESOURCE))),
    ("number_of_resources", Kind::Scalar),
    ("pdb_path", Kind::Scalar),
    ("signatures", Kind::List(&Kind::Structure(SIGNATURE))),
    ("number_of_signatures", Kind::Scalar),
];

const VERSION: Kind = Kind::Structure(&[("major", Kind::Scalar), ("minor", Kind::Scalar)]);

const VERSION_INFO: &[Member] = &[("key", Kind::Scalar), ("value", Kind::Scalar)];

const DIRECTORY: &[Member] = &[("virtual_address", Kind::Scalar), ("size", Kind::Scalar)];

const SECTION: &[Member] = &[
    ("name", Kind::Scalar),
    ("full_name", Kind::Scalar),
    ("characteristics", Kind::Scalar),
    ("virtual_address", Kind::Scalar),
    ("virtual_size", Kind::Scalar),
    ("raw_data_offset", Kind::Scalar),
    ("raw_data_size", Kind::Scalar),
    ("pointer_to_relocations", Kind::Scalar),
    ("pointer_to_line_numbers", Kind::Scalar),
    ("number_of_relocations", Kind::Scalar),
    ("number_of_line_numbers", Kind::Scalar),
];

const OVERLAY: &[Member] = &[("offset", Kind::Scalar), ("size", Kind::Scalar)];

const RICH: &[Member] = &[
    ("offset", Kind::Scalar),
    ("length", Kind::Scalar),
    ("key", Kind::Scalar),
    ("raw_data", Kind::Scalar),
    ("clear_data", Kind::Scalar),
    ("version_data", Kind::Scalar),
    ("version", Kind::Function),
    ("toolid", Kind::Function),
];

const EXPORT: &[Member] = &[
    ("offset", Kind::Scalar),
    ("name", Kind::Scalar),
    ("forward_name", Kind::Scalar),
    ("ordinal", Kind::Scalar),
    ("rva", Kind::Scalar),
];

const LIBRARY: &[Member] = &[
    ("library_name", Kind::Scalar),
    ("number_of_functions", Kind::Scalar),
    ("functions", Kind::List(&Kind::Structure(FUNCTION))),
];

const FUNCTION: &[Member] = &[("name", Kind::Scalar), ("ordinal", Kind::Scalar), ("rva", Kind::Scalar)];

const RESOURCE: &[Member] = &[
    ("rva", Kind::Scalar),
    ("offset", Kind::Scalar),
    ("length", Kind::Scalar),
    ("type", Kind::Scalar),
    ("id", Kind::Scalar),
    ("language", Kind::Scalar),
    ("type_string", Kind::Scalar),
    ("name_string", Kind::Scalar),
    ("language_string", Kind::Scalar),
];

const CERTIFICATE: &[Member] = &[
    ("thumbprint", Kind::Scalar),
    ("issuer", Kind::Scalar),
    ("subject", Kind::Scalar),
    ("version", Kind::Scalar),
    ("algorithm", Kind::Scalar),
    ("algorithm_oid", Kind::Scalar),
    ("serial", Kind::Scalar),
    ("not_before", Kind::Scalar),
    ("not_after", Kind::Scalar),
];

/// A signature, which begins with the certificate that it is made with.
const SIGNATURE: &[Member] = &[
    ("thumbprint", Kind::Scalar),
    ("issuer", Kind::Scalar),
    ("subject", Kind::Scalar),
    ("version", Kind::Scalar),
    ("algorithm", Kind::Scalar),
    ("algorithm_oid", Kind::Scalar),
    ("serial", Kind::Scalar),
    ("not_before", Kind::Scalar),
    ("not_after", Kind::Scalar),
    ("digest_alg", Kind::Scalar),
    ("digest", Kind::Scalar),
    ("file_digest", Kind::Scalar),
    ("number_of_certificates", Kind::Scalar),
    ("certificates", Kind::List(&Kind::Structure(CERTIFICATE))),
    ("signer_info", Kind::Structure(SIGNER)),
    ("number_of_countersignatures", Kind::Scalar),
    ("valid_on", Kind::Function),
];

const SIGNER: &[Member] = &[
    ("program_name", Kind::Scalar),
    ("digest", Kind::Scalar),
    ("digest_alg", Kind::Scalar),
    ("length_of_chain", Kind::Scalar),
    ("chain", Kind::List(&Kind::Structure(CERTIFICATE))),
];
