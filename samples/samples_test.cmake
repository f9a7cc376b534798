# Makes the samples again in ${OUT}: they must be those of this folder, and every JSON must encode to the octets beside it.
# Then runs the two example programs.
file(REMOVE_RECURSE ${OUT})
file(MAKE_DIRECTORY ${OUT})
include(${CMAKE_CURRENT_LIST_DIR}/make_samples.cmake)

function(same what a b)
  file(SHA256 ${a} hash_a)
  file(SHA256 ${b} hash_b)
  if(NOT hash_a STREQUAL hash_b)
    message(SEND_ERROR "${what}: ${a} differs from ${b}")
  endif()
endfunction()

# run(<what> <exit code> <expected output> <expected complaints> <command>...)
function(run what code output complaints)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${OUT} OUTPUT_VARIABLE out ERROR_VARIABLE err RESULT_VARIABLE status)
  if(NOT status EQUAL code OR NOT out STREQUAL output OR NOT err STREQUAL complaints)
    message(SEND_ERROR "${what} ends with ${status}, not ${code}, or prints something else:\n${out}${err}-- wanted:\n${output}${complaints}")
  endif()
endfunction()

foreach(json ${RECORDS})
  string(REGEX REPLACE "\\.jsonl?$" ".ber" ber ${json})
  same("made again" ${OUT}/${json} ${CMAKE_CURRENT_LIST_DIR}/${json})
  same("made again" ${OUT}/${ber} ${CMAKE_CURRENT_LIST_DIR}/${ber})
  execute_process(COMMAND ${HI2} encode ${json} WORKING_DIRECTORY ${OUT} OUTPUT_FILE ${OUT}/encoded.ber COMMAND_ERROR_IS_FATAL ANY)
  same("encoded" ${OUT}/encoded.ber ${OUT}/${ber})
  foreach(form text json jsonl xer hex ber)
    execute_process(COMMAND ${HI2} decode -o ${form} ${ber} WORKING_DIRECTORY ${OUT} OUTPUT_QUIET ERROR_VARIABLE err RESULT_VARIABLE status)
    if(NOT status EQUAL 0 OR NOT err STREQUAL "")
      message(SEND_ERROR "hi2 decode -o ${form} ${ber} ends with ${status}: ${err}")
    endif()
  endforeach()
endforeach()
same("made again" ${OUT}/damaged.ber ${CMAKE_CURRENT_LIST_DIR}/damaged.ber)

run("decode_example" 0
"NL-0042  20261120120003.958  decryptionKeysAvailable  CS 01: key of 16 octets, salt of 14  CS 02: key of 16 octets, salt of 14
" "" ${DECODE} eps/keys.ber)
run("decode_example" 1
"NL-0042  20261120120001.231  unfilteredSIPmessage
NL-0042  20261120120003.958  decryptionKeysAvailable  CS 01: key of 16 octets, salt of 14  CS 02: key of 16 octets, salt of 14
" "damaged.ber: 0x246: iRI-Report-record.sIPMessage: length 923 runs 499 octets past the end (X.690 8.1.3)
" ${DECODE} damaged.ber)
run("build_example" 0 "" "" ${BUILD} built.ber)
run("decode_example" 0 "NL-0042  20261120120000.000  decryptionKeysAvailable  CS 01: key of 16 octets, salt of 14
" "" ${DECODE} built.ber)
run("hi2 decode of what build_example made" 0
[==[{"umtsiRIContent":{"iRI-Report-record":{"hi2DomainId":"0.4.0.2.2.4.1.16.1","iRIversion":"lastVersion","lawfulInterceptionIdentifier":"4E4C2D30303432","timeStamp":{"localTime":{"generalizedTime":"20261120120000.000","winterSummerIndication":"winterTime"}},"partyInformation":[{"party-Qualifier":"gPRS-Target","partyIdentity":{"sip-uri":"7369703A616C69636540696D732E6578616D706C65"}}],"gPRSCorrelationNumber":"202611200000002A","networkIdentifier":{"operator-Identifier":"3939393031"},"iMSevent":"decryptionKeysAvailable","correlation":{"iri-to-iri":"202611200000002A"},"mediaDecryption-info":[{"cCCSID":"01","cCDecKey":"0AA1A4B10093732EA4891B65111BD507","cCSalt":"BC695014C5543878D9BB669C5278"}]}}}
]==] "" ${HI2} decode -o jsonl --show-keys built.ber)
