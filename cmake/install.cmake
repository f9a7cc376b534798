# cmake --install: program, library, headers, CMake package, pkg-config file, ASN.1 modules, manual pages.
# What asn1c made is inside the library and nowhere else.
include(CMakePackageConfigHelpers)

set(HI2KIT_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/hi2kit)

install(TARGETS hi2kit EXPORT hi2kit ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
# The daemons' rooms are not in the library.
install(DIRECTORY src/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hi2kit
  FILES_MATCHING PATTERN "*.hpp" PATTERN "*_impl.hpp" EXCLUDE REGEX "/src/(db|net|media|xk|ops|delivery|kms|df2|lemf)$" EXCLUDE)
install(DIRECTORY asn1/ DESTINATION ${CMAKE_INSTALL_DATADIR}/hi2kit/asn1 FILES_MATCHING PATTERN "*.asn")
install(FILES src/xk/xk.xsd DESTINATION ${CMAKE_INSTALL_DATADIR}/hi2kit/xk)
install(FILES packaging/systemd/hi2-kms.service packaging/systemd/hi2-df2.service packaging/systemd/hi2-lemf.service DESTINATION lib/systemd/system)
install(FILES packaging/tmpfiles.d/hi2-lemf.conf DESTINATION lib/tmpfiles.d)
install(FILES samples/kms/hi2-kms.toml samples/kms/li.list DESTINATION ${CMAKE_INSTALL_DATADIR}/hi2kit/kms)
install(FILES samples/df2/hi2-df2.toml samples/df2/warrants.toml DESTINATION ${CMAKE_INSTALL_DATADIR}/hi2kit/df2)
install(FILES samples/lemf/hi2-lemf.toml samples/lemf/vsftpd.conf samples/lemf/vsftpd.openssl.cnf samples/lemf/vsftpd.pam DESTINATION ${CMAKE_INSTALL_DATADIR}/hi2kit/lemf)
install(DIRECTORY docs/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 OPTIONAL FILES_MATCHING PATTERN "*.1")

# find_package(hi2kit) gives the target hi2kit::hi2kit.
install(EXPORT hi2kit NAMESPACE hi2kit:: FILE hi2kitTargets.cmake DESTINATION ${HI2KIT_PACKAGE_DIR})
configure_package_config_file(cmake/hi2kitConfig.cmake.in ${PROJECT_BINARY_DIR}/hi2kitConfig.cmake
  INSTALL_DESTINATION ${HI2KIT_PACKAGE_DIR} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/hi2kitConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/hi2kitConfig.cmake ${PROJECT_BINARY_DIR}/hi2kitConfigVersion.cmake DESTINATION ${HI2KIT_PACKAGE_DIR})

# hi2kit.pc finds its folders from its own place, so the tree may be moved, and --prefix of cmake --install holds.
file(RELATIVE_PATH HI2KIT_PC_PREFIX /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)
string(REGEX REPLACE "/$" "" HI2KIT_PC_PREFIX ${HI2KIT_PC_PREFIX})
configure_file(cmake/hi2kit.pc.in ${PROJECT_BINARY_DIR}/hi2kit.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/hi2kit.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
