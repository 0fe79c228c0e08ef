# The Debian package: the program, what it says of itself, its service and its customers. scripts/package makes it.
include(GNUInstallDirs)
target_link_options(greeter PRIVATE -Wl,-z,now) # with the distribution's default, relro: tables of addresses are read-only
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON) # nobody installs the tests
set(made ${PROJECT_BINARY_DIR}/package)
file(GLOB customers CONFIGURE_DEPENDS customer-values/*.yaml)

# Manual and completions are the program's own words. gzip -n: no time of its own.
add_custom_target(package_files
  COMMAND ${CMAKE_COMMAND} -E make_directory ${made}
  COMMAND greeter man | gzip -9n >${made}/greeter.1.gz
  COMMAND greeter completion bash >${made}/greeter.bash
  COMMAND greeter completion zsh >${made}/greeter.zsh
  COMMAND greeter completion fish >${made}/greeter.fish
  COMMAND gzip -9nc ${PROJECT_SOURCE_DIR}/CHANGELOG.md >${made}/changelog.gz)

install(FILES ${made}/greeter.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${made}/greeter.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME greeter)
install(FILES ${made}/greeter.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions RENAME _greeter)
install(FILES ${made}/greeter.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${made}/changelog.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(FILES package/greeter.service DESTINATION lib/systemd/system)
install(FILES package/greeter.sysusers DESTINATION lib/sysusers.d RENAME greeter.conf)
install(FILES package/lintian-overrides DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides RENAME greeter)
install(FILES package/greeter.default DESTINATION /etc/default RENAME greeter)
install(FILES ${customers} DESTINATION /etc/greeter/customers)

# What an administrator may have changed, and dpkg then keeps.
set(conffiles "/etc/default/greeter\n")
foreach(file ${customers})
  cmake_path(GET file FILENAME name)
  string(APPEND conffiles "/etc/greeter/customers/${name}\n")
endforeach()
file(CONFIGURE OUTPUT ${made}/conffiles CONTENT "${conffiles}" @ONLY)

# A package is for the release it is built on, whose libraries it needs; that of a newer release has a higher version.
cmake_host_system_information(RESULT distribution QUERY DISTRIB_INFO)
set(CPACK_GENERATOR DEB)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON) # for what goes to /etc
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PACKAGE_CONTACT "The Greeter authors <greeter@parcellab.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "greets each of many customers over HTTP")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Greeter answers one question for each of many customers: how do we greet\n\
them? One small server has a file per customer, and a table of greetings\nthat may be changed at run time and have their own time and language.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1${distribution_ID}${distribution_VERSION_ID})
set(CPACK_DEBIAN_PACKAGE_SECTION web)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers | systemd-sysusers")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${made}/conffiles
  ${PROJECT_SOURCE_DIR}/package/postinst ${PROJECT_SOURCE_DIR}/package/prerm ${PROJECT_SOURCE_DIR}/package/postrm)
include(CPack)
