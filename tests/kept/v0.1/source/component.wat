;; A component of 0.1.0 of the contract, which every later host of that track loads. It was printed once, by
;; `cargo xtask wit freeze`, from what `src/` beside it compiled to, and is not made again after that version was
;; released: what counts is that this very component goes on working. host/grants/tests/kept.rs runs it.
(component
  (type $ty-gyre:host/errors@0.1.0 (;0;)
    (instance
      (type (;0;) (enum "invalid" "denied" "not-found" "conflict" "unavailable" "cancelled" "other"))
      (export (;1;) "error-kind" (type (eq 0)))
      (type (;2;) (list string))
      (type (;3;) (record (field "kind" 1) (field "code" string) (field "message" string) (field "causes" 2)))
      (export (;4;) "error" (type (eq 3)))
    )
  )
  (import "gyre:host/errors@0.1.0" (instance $gyre:host/errors@0.1.0 (;0;) (type $ty-gyre:host/errors@0.1.0)))
  (alias export $gyre:host/errors@0.1.0 "error" (type $error (;1;)))
  (type $ty-gyre:host/secrets@0.1.0 (;2;)
    (instance
      (export (;0;) "secret" (type (sub resource)))
      (alias outer 1 $error (type (;1;)))
      (export (;2;) "error" (type (eq 1)))
      (type (;3;) (record (field "public" string) (field "private" string)))
      (export (;4;) "host-key" (type (eq 3)))
      (type (;5;) (list u8))
      (type (;6;) (record (field "password" string) (field "archive" 5) (field "host-key" string)))
      (export (;7;) "winrm-login" (type (eq 6)))
      (type (;8;) (own 0))
      (type (;9;) (result 8 (error 2)))
      (type (;10;) (func (param "name" string) (result 9)))
      (export (;0;) "[static]secret.open" (func (type 10)))
      (type (;11;) (result string (error 2)))
      (type (;12;) (func (param "name" string) (result 11)))
      (export (;1;) "[static]secret.generate-ssh-key" (func (type 12)))
      (type (;13;) (result 4 (error 2)))
      (type (;14;) (func (param "name" string) (result 13)))
      (export (;2;) "[static]secret.generate-host-key" (func (type 14)))
      (type (;15;) (result 7 (error 2)))
      (type (;16;) (func (param "name" string) (result 15)))
      (export (;3;) "[static]secret.generate-winrm-login" (func (type 16)))
      (type (;17;) (borrow 0))
      (type (;18;) (result 5 (error 2)))
      (type (;19;) (func (param "self" 17) (result 18)))
      (export (;4;) "[method]secret.reveal" (func (type 19)))
    )
  )
  (import "gyre:host/secrets@0.1.0" (instance $gyre:host/secrets@0.1.0 (;1;) (type $ty-gyre:host/secrets@0.1.0)))
  (type $ty-gyre:host/extents@0.1.0 (;3;)
    (instance
      (type (;0;) (record (field "disk" u32) (field "offset" u64)))
      (export (;1;) "stored" (type (eq 0)))
      (type (;2;) (record (field "disk" u32) (field "offset" u64) (field "length" u64) (field "codec" string) (field "skip" u32)))
      (export (;3;) "packed" (type (eq 2)))
      (type (;4;) (variant (case "data") (case "zero") (case "hole") (case "stored" 1) (case "packed" 3)))
      (export (;5;) "extent-kind" (type (eq 4)))
      (type (;6;) (record (field "offset" u64) (field "length" u64) (field "kind" 5)))
      (export (;7;) "extent" (type (eq 6)))
    )
  )
  (import "gyre:host/extents@0.1.0" (instance $gyre:host/extents@0.1.0 (;2;) (type $ty-gyre:host/extents@0.1.0)))
  (alias export $gyre:host/errors@0.1.0 "error" (type $"#type4 error" (@name "error") (;4;)))
  (alias export $gyre:host/extents@0.1.0 "extent" (type $extent (;5;)))
  (type $ty-gyre:host/disk@0.1.0 (;6;)
    (instance
      (export (;0;) "disk" (type (sub resource)))
      (type (;1;) (flags "write" "trim"))
      (export (;2;) "access" (type (eq 1)))
      (alias outer 1 $"#type4 error" (type (;3;)))
      (export (;4;) "error" (type (eq 3)))
      (alias outer 1 $extent (type (;5;)))
      (export (;6;) "extent" (type (eq 5)))
      (type (;7;) (own 0))
      (type (;8;) (result 7 (error 4)))
      (type (;9;) (func (param "name" string) (param "access" 2) (result 8)))
      (export (;0;) "[static]disk.open" (func (type 9)))
      (type (;10;) (borrow 0))
      (type (;11;) (func (param "self" 10) (result u32)))
      (export (;1;) "[method]disk.id" (func (type 11)))
      (type (;12;) (func (param "self" 10) (result u64)))
      (export (;2;) "[method]disk.size" (func (type 12)))
      (type (;13;) (list 6))
      (type (;14;) (result 13 (error 4)))
      (type (;15;) (func (param "self" 10) (param "offset" u64) (param "length" u64) (result 14)))
      (export (;3;) "[method]disk.extents" (func (type 15)))
      (type (;16;) (list u8))
      (type (;17;) (result 16 (error 4)))
      (type (;18;) (func (param "self" 10) (param "offset" u64) (param "length" u32) (result 17)))
      (export (;4;) "[method]disk.read" (func (type 18)))
      (type (;19;) (result (error 4)))
      (type (;20;) (func (param "self" 10) (param "offset" u64) (param "bytes" 16) (result 19)))
      (export (;5;) "[method]disk.write" (func (type 20)))
      (type (;21;) (func (param "self" 10) (param "offset" u64) (param "length" u64) (result 19)))
      (export (;6;) "[method]disk.zero" (func (type 21)))
      (type (;22;) (func (param "self" 10) (result 19)))
      (export (;7;) "[method]disk.flush" (func (type 22)))
      (type (;23;) (list string))
      (type (;24;) (func (result 23)))
      (export (;8;) "codecs" (func (type 24)))
    )
  )
  (import "gyre:host/disk@0.1.0" (instance $gyre:host/disk@0.1.0 (;3;) (type $ty-gyre:host/disk@0.1.0)))
  (alias export $gyre:host/errors@0.1.0 "error" (type $"#type7 error" (@name "error") (;7;)))
  (alias export $gyre:host/secrets@0.1.0 "secret" (type $secret (;8;)))
  (type $ty-gyre:host/http@0.1.0 (;9;)
    (instance
      (export (;0;) "endpoint" (type (sub resource)))
      (type (;1;) (option string))
      (type (;2;) (record (field "roots" 1) (field "pinned" 1)))
      (export (;3;) "tls" (type (eq 2)))
      (alias outer 1 $"#type7 error" (type (;4;)))
      (export (;5;) "error" (type (eq 4)))
      (alias outer 1 $secret (type (;6;)))
      (export (;7;) "secret" (type (eq 6)))
      (type (;8;) (tuple string string))
      (type (;9;) (list 8))
      (export (;10;) "headers" (type (eq 9)))
      (type (;11;) (list u8))
      (type (;12;) (option u32))
      (type (;13;) (record (field "method" string) (field "path" string) (field "headers" 10) (field "body" 11) (field "timeout-ms" 12)))
      (export (;14;) "request" (type (eq 13)))
      (type (;15;) (record (field "status" u16) (field "headers" 10) (field "body" 11)))
      (export (;16;) "response" (type (eq 15)))
      (type (;17;) (option 3))
      (type (;18;) (own 0))
      (type (;19;) (result 18 (error 5)))
      (type (;20;) (func (param "url" string) (param "tls" 17) (result 19)))
      (export (;0;) "[static]endpoint.open" (func (type 20)))
      (type (;21;) (borrow 0))
      (type (;22;) (borrow 7))
      (type (;23;) (result (error 5)))
      (type (;24;) (func (param "self" 21) (param "header" string) (param "value" 22) (result 23)))
      (export (;1;) "[method]endpoint.authorize" (func (type 24)))
      (type (;25;) (func (param "self" 21) (param "marker" string) (param "value" 22) (result 23)))
      (export (;2;) "[method]endpoint.substitute" (func (type 25)))
      (type (;26;) (result 16 (error 5)))
      (type (;27;) (func (param "self" 21) (param "request" 14) (result 26)))
      (export (;3;) "[method]endpoint.send" (func (type 27)))
      (type (;28;) (result string (error 5)))
      (type (;29;) (func (param "self" 21) (result 28)))
      (export (;4;) "[method]endpoint.local-address" (func (type 29)))
    )
  )
  (import "gyre:host/http@0.1.0" (instance $gyre:host/http@0.1.0 (;4;) (type $ty-gyre:host/http@0.1.0)))
  (type $ty-gyre:host/exec@0.1.0 (;10;)
    (instance
      (type (;0;) (list string))
      (type (;1;) (tuple string string))
      (type (;2;) (list 1))
      (type (;3;) (list u8))
      (type (;4;) (option u32))
      (type (;5;) (record (field "argv" 0) (field "env" 2) (field "stdin" 3) (field "timeout-ms" 4)))
      (export (;6;) "command" (type (eq 5)))
      (type (;7;) (record (field "status" s32) (field "stdout" 3) (field "stderr" 3)))
      (export (;8;) "output" (type (eq 7)))
    )
  )
  (import "gyre:host/exec@0.1.0" (instance $gyre:host/exec@0.1.0 (;5;) (type $ty-gyre:host/exec@0.1.0)))
  (alias export $gyre:host/secrets@0.1.0 "secret" (type $"#type11 secret" (@name "secret") (;11;)))
  (alias export $gyre:host/errors@0.1.0 "error" (type $"#type12 error" (@name "error") (;12;)))
  (alias export $gyre:host/exec@0.1.0 "command" (type $command (;13;)))
  (alias export $gyre:host/exec@0.1.0 "output" (type $output (;14;)))
  (type $ty-gyre:host/ssh@0.1.0 (;15;)
    (instance
      (export (;0;) "session" (type (sub resource)))
      (type (;1;) (option string))
      (type (;2;) (record (field "host" string) (field "port" u16) (field "user" string) (field "host-key" 1)))
      (export (;3;) "address" (type (eq 2)))
      (alias outer 1 $"#type11 secret" (type (;4;)))
      (export (;5;) "secret" (type (eq 4)))
      (type (;6;) (borrow 5))
      (type (;7;) (variant (case "key" 6) (case "password" 6)))
      (export (;8;) "credential" (type (eq 7)))
      (alias outer 1 $"#type12 error" (type (;9;)))
      (export (;10;) "error" (type (eq 9)))
      (alias outer 1 $command (type (;11;)))
      (export (;12;) "command" (type (eq 11)))
      (alias outer 1 $output (type (;13;)))
      (export (;14;) "output" (type (eq 13)))
      (type (;15;) (own 0))
      (type (;16;) (result 15 (error 10)))
      (type (;17;) (func (param "address" 3) (param "credential" 8) (result 16)))
      (export (;0;) "[static]session.open" (func (type 17)))
      (type (;18;) (borrow 0))
      (type (;19;) (result 14 (error 10)))
      (type (;20;) (func (param "self" 18) (param "command" 12) (result 19)))
      (export (;1;) "[method]session.run" (func (type 20)))
      (type (;21;) (list u8))
      (type (;22;) (result 21 (error 10)))
      (type (;23;) (func (param "self" 18) (param "path" string) (result 22)))
      (export (;2;) "[method]session.read-file" (func (type 23)))
      (type (;24;) (result (error 10)))
      (type (;25;) (func (param "self" 18) (param "path" string) (param "mode" u32) (param "bytes" 21) (result 24)))
      (export (;3;) "[method]session.write-file" (func (type 25)))
    )
  )
  (import "gyre:host/ssh@0.1.0" (instance $gyre:host/ssh@0.1.0 (;6;) (type $ty-gyre:host/ssh@0.1.0)))
  (type $ty-gyre:host/log@0.1.0 (;16;)
    (instance
      (type (;0;) (enum "trace" "debug" "info" "warn" "error"))
      (export (;1;) "level" (type (eq 0)))
      (type (;2;) (tuple string string))
      (type (;3;) (list 2))
      (type (;4;) (func (param "level" 1) (param "message" string) (param "fields" 3)))
      (export (;0;) "write" (func (type 4)))
    )
  )
  (import "gyre:host/log@0.1.0" (instance $gyre:host/log@0.1.0 (;7;) (type $ty-gyre:host/log@0.1.0)))
  (type $ty-gyre:host/progress@0.1.0 (;17;)
    (instance
      (type (;0;) (option u64))
      (type (;1;) (func (param "phase" string) (param "done" u64) (param "total" 0)))
      (export (;0;) "report" (func (type 1)))
      (type (;2;) (func (result bool)))
      (export (;1;) "cancelled" (func (type 2)))
    )
  )
  (import "gyre:host/progress@0.1.0" (instance $gyre:host/progress@0.1.0 (;8;) (type $ty-gyre:host/progress@0.1.0)))
  (type $ty-gyre:host/clock@0.1.0 (;18;)
    (instance
      (type (;0;) (func (result u64)))
      (export (;0;) "now" (func (type 0)))
      (export (;1;) "elapsed" (func (type 0)))
      (type (;1;) (func (param "milliseconds" u32)))
      (export (;2;) "sleep" (func (type 1)))
    )
  )
  (import "gyre:host/clock@0.1.0" (instance $gyre:host/clock@0.1.0 (;9;) (type $ty-gyre:host/clock@0.1.0)))
  (type $ty-gyre:plugin/types@0.1.0 (;19;)
    (instance
      (type (;0;) (enum "bios" "uefi"))
      (export (;1;) "firmware" (type (eq 0)))
      (type (;2;) (enum "linux" "windows" "bsd" "other" "unknown"))
      (export (;3;) "os-type" (type (eq 2)))
      (type (;4;) (option string))
      (type (;5;) (record (field "id" string) (field "size" u64) (field "position" u32) (field "bus" string) (field "backend" 4) (field "shareable" bool)))
      (export (;6;) "disk-spec" (type (eq 5)))
      (type (;7;) (list string))
      (type (;8;) (record (field "id" string) (field "mac" 4) (field "network" string) (field "addresses" 7)))
      (export (;9;) "nic-spec" (type (eq 8)))
      (type (;10;) (option u32))
      (type (;11;) (list 6))
      (type (;12;) (list 9))
      (type (;13;) (record (field "id" string) (field "name" string) (field "hostname" 4) (field "vcpus" u32) (field "cores-per-socket" 10) (field "memory-mib" u64) (field "firmware" 1) (field "secure-boot" bool) (field "tpm" bool) (field "os-type" 3) (field "os-hint" 4) (field "host" 4) (field "public-address" 4) (field "disks" 11) (field "nics" 12)))
      (export (;14;) "vm-spec" (type (eq 13)))
      (type (;15;) string)
      (export (;16;) "state" (type (eq 15)))
      (type (;17;) (option 16))
      (type (;18;) (record (field "token" string) (field "config" string) (field "resume" 17)))
      (export (;19;) "step" (type (eq 18)))
      (type (;20;) (record (field "state" 16) (field "after-ms" u32)))
      (export (;21;) "wait" (type (eq 20)))
      (type (;22;) (variant (case "done" 16) (case "wait" 21)))
      (export (;23;) "outcome" (type (eq 22)))
      (type (;24;) (record (field "blocking" bool) (field "path" string) (field "message" string) (field "remedy" 4)))
      (export (;25;) "finding" (type (eq 24)))
      (type (;26;) (option u64))
      (type (;27;) (record (field "kind" string) (field "id" string) (field "name" string) (field "token" string) (field "made-ms" 26)))
      (export (;28;) "marked" (type (eq 27)))
      (type (;29;) (list 28))
      (type (;30;) (record (field "marked" 29) (field "next" 4)))
      (export (;31;) "marked-page" (type (eq 30)))
    )
  )
  (import "gyre:plugin/types@0.1.0" (instance $gyre:plugin/types@0.1.0 (;10;) (type $ty-gyre:plugin/types@0.1.0)))
  (core module $main (;0;)
    (type (;0;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (type (;1;) (func (param i32 i32 i32 i32)))
    (type (;2;) (func (param i32)))
    (type (;3;) (func (param i32 i32 i32 i32 i32)))
    (type (;4;) (func (param i32 i32 i64 i32 i64)))
    (type (;5;) (func (result i32)))
    (type (;6;) (func (result i64)))
    (type (;7;) (func (param i32 i32 i32)))
    (type (;8;) (func (param i32 i32)))
    (type (;9;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (type (;10;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (type (;11;) (func (param i32 i32 i32 i32 i32 i32 i32)))
    (type (;12;) (func (param i32) (result i64)))
    (type (;13;) (func (param i32 i64 i32 i32 i32)))
    (type (;14;) (func (param i32 i64 i64 i32)))
    (type (;15;) (func (param i32 i64 i32 i32)))
    (type (;16;) (func (param i32) (result i32)))
    (type (;17;) (func))
    (type (;18;) (func (param i32 i32 i32 i32) (result i32)))
    (type (;19;) (func (param i32 i32) (result i32)))
    (type (;20;) (func (param i32 i32 i32) (result i32)))
    (type (;21;) (func (param i32 i32 i32 i32 i32 i32)))
    (type (;22;) (func (param i32 i32 i32 i32 i32) (result i32)))
    (type (;23;) (func (param i32 i32 i32 i64 i64) (result i32)))
    (type (;24;) (func (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (type (;25;) (func (param i32 i32 i32 i32 i32 i32) (result i32)))
    (type (;26;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (type (;27;) (func (param i64 i32) (result i32)))
    (type (;28;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "gyre:host/ssh@0.1.0" "[static]session.open" (func (;0;) (type 0)))
    (import "gyre:host/disk@0.1.0" "[static]disk.open" (func (;1;) (type 1)))
    (import "gyre:host/disk@0.1.0" "[resource-drop]disk" (func (;2;) (type 2)))
    (import "gyre:host/log@0.1.0" "write" (func (;3;) (type 3)))
    (import "gyre:host/progress@0.1.0" "report" (func (;4;) (type 4)))
    (import "gyre:host/progress@0.1.0" "cancelled" (func (;5;) (type 5)))
    (import "gyre:host/clock@0.1.0" "now" (func (;6;) (type 6)))
    (import "gyre:host/clock@0.1.0" "sleep" (func (;7;) (type 2)))
    (import "gyre:host/clock@0.1.0" "elapsed" (func (;8;) (type 6)))
    (import "gyre:host/secrets@0.1.0" "[static]secret.generate-ssh-key" (func (;9;) (type 7)))
    (import "gyre:host/secrets@0.1.0" "[static]secret.generate-host-key" (func (;10;) (type 7)))
    (import "gyre:host/secrets@0.1.0" "[static]secret.generate-winrm-login" (func (;11;) (type 7)))
    (import "gyre:host/secrets@0.1.0" "[static]secret.open" (func (;12;) (type 7)))
    (import "gyre:host/secrets@0.1.0" "[method]secret.reveal" (func (;13;) (type 8)))
    (import "gyre:host/http@0.1.0" "[static]endpoint.open" (func (;14;) (type 9)))
    (import "gyre:host/http@0.1.0" "[method]endpoint.authorize" (func (;15;) (type 3)))
    (import "gyre:host/http@0.1.0" "[method]endpoint.substitute" (func (;16;) (type 3)))
    (import "gyre:host/http@0.1.0" "[method]endpoint.send" (func (;17;) (type 10)))
    (import "gyre:host/http@0.1.0" "[method]endpoint.local-address" (func (;18;) (type 8)))
    (import "gyre:host/http@0.1.0" "[resource-drop]endpoint" (func (;19;) (type 2)))
    (import "gyre:host/ssh@0.1.0" "[method]session.run" (func (;20;) (type 9)))
    (import "gyre:host/ssh@0.1.0" "[method]session.read-file" (func (;21;) (type 1)))
    (import "gyre:host/ssh@0.1.0" "[method]session.write-file" (func (;22;) (type 11)))
    (import "gyre:host/ssh@0.1.0" "[resource-drop]session" (func (;23;) (type 2)))
    (import "gyre:host/disk@0.1.0" "codecs" (func (;24;) (type 2)))
    (import "gyre:host/disk@0.1.0" "[method]disk.size" (func (;25;) (type 12)))
    (import "gyre:host/disk@0.1.0" "[method]disk.write" (func (;26;) (type 13)))
    (import "gyre:host/disk@0.1.0" "[method]disk.zero" (func (;27;) (type 14)))
    (import "gyre:host/disk@0.1.0" "[method]disk.flush" (func (;28;) (type 8)))
    (import "gyre:host/disk@0.1.0" "[method]disk.read" (func (;29;) (type 15)))
    (import "gyre:host/disk@0.1.0" "[method]disk.extents" (func (;30;) (type 14)))
    (import "gyre:host/disk@0.1.0" "[method]disk.id" (func (;31;) (type 16)))
    (import "gyre:host/secrets@0.1.0" "[resource-drop]secret" (func (;32;) (type 2)))
    (table (;0;) 3 3 funcref)
    (memory (;0;) 17)
    (global (;0;) (mut i32) i32.const 1048576)
    (global (;1;) i32 i32.const 1050105)
    (global (;2;) i32 i32.const 1050112)
    (export "memory" (memory 0))
    (export "cabi_post_gyre:plugin/metadata@0.1.0#describe" (func 78))
    (export "gyre:plugin/metadata@0.1.0#describe" (func 79))
    (export "gyre:plugin/source@0.1.0#check" (func 81))
    (export "gyre:plugin/source@0.1.0#ensure-snapshot" (func 83))
    (export "gyre:plugin/source@0.1.0#extents" (func 84))
    (export "gyre:plugin/source@0.1.0#get-vm" (func 86))
    (export "gyre:plugin/source@0.1.0#list-marked" (func 87))
    (export "gyre:plugin/source@0.1.0#list-vms" (func 88))
    (export "gyre:plugin/source@0.1.0#open-disk" (func 89))
    (export "gyre:plugin/source@0.1.0#power-off" (func 90))
    (export "gyre:plugin/source@0.1.0#read" (func 91))
    (export "gyre:plugin/source@0.1.0#release-snapshot" (func 92))
    (export "gyre:plugin/source@0.1.0#remove-marked" (func 93))
    (export "cabi_realloc_wit_bindgen_0_61_1" (func 98))
    (export "cabi_realloc" (func 99))
    (export "cabi_post_gyre:plugin/source@0.1.0#check" (func 78))
    (export "cabi_post_gyre:plugin/source@0.1.0#ensure-snapshot" (func 78))
    (export "cabi_post_gyre:plugin/source@0.1.0#extents" (func 78))
    (export "cabi_post_gyre:plugin/source@0.1.0#get-vm" (func 78))
    (export "cabi_post_gyre:plugin/source@0.1.0#list-marked" (func 78))
    (export "cabi_post_gyre:plugin/source@0.1.0#list-vms" (func 78))
    (export "cabi_post_gyre:plugin/source@0.1.0#open-disk" (func 78))
    (export "cabi_post_gyre:plugin/source@0.1.0#power-off" (func 78))
    (export "cabi_post_gyre:plugin/source@0.1.0#read" (func 78))
    (export "cabi_post_gyre:plugin/source@0.1.0#release-snapshot" (func 78))
    (export "cabi_post_gyre:plugin/source@0.1.0#remove-marked" (func 78))
    (export "__data_end" (global 1))
    (export "__heap_base" (global 2))
    (elem (;0;) (i32.const 1) func 54 99)
    (func (;33;) (type 17))
    (func (;34;) (type 18) (param i32 i32 i32 i32) (result i32)
      block ;; label = @1
        local.get 2
        local.get 3
        call 35
        local.tee 2
        i32.eqz
        br_if 0 (;@1;)
        local.get 3
        local.get 1
        local.get 3
        local.get 1
        i32.lt_u
        select
        local.tee 3
        i32.eqz
        br_if 0 (;@1;)
        local.get 2
        local.get 0
        local.get 3
        memory.copy
      end
      local.get 2
    )
    (func (;35;) (type 19) (param i32 i32) (result i32)
      (local i32)
      block ;; label = @1
        i32.const 0
        i32.load offset=1049952
        local.tee 2
        br_if 0 (;@1;)
        memory.size
        i32.const 16
        i32.shl
        local.set 2
      end
      block ;; label = @1
        local.get 0
        local.get 2
        i32.add
        i32.const -1
        i32.add
        i32.const 0
        local.get 0
        i32.sub
        i32.and
        local.tee 2
        local.get 1
        i32.add
        local.tee 0
        memory.size
        i32.const 16
        i32.shl
        local.tee 1
        i32.le_u
        br_if 0 (;@1;)
        local.get 0
        local.get 1
        i32.sub
        i32.const 16
        i32.shr_u
        local.get 0
        i32.const 65535
        i32.and
        i32.const 0
        i32.ne
        i32.add
        memory.grow
        i32.const -1
        i32.ne
        br_if 0 (;@1;)
        i32.const 0
        return
      end
      i32.const 0
      local.get 0
      i32.store offset=1049952
      local.get 2
    )
    (func (;36;) (type 20) (param i32 i32 i32) (result i32)
      block ;; label = @1
        local.get 1
        i32.eqz
        br_if 0 (;@1;)
        local.get 0
        local.get 1
        call 35
        local.set 0
        local.get 2
        i32.eqz
        br_if 0 (;@1;)
        block ;; label = @2
          local.get 0
          br_if 0 (;@2;)
          i32.const 0
          return
        end
        local.get 1
        i32.eqz
        br_if 0 (;@1;)
        local.get 0
        i32.const 0
        local.get 1
        memory.fill
      end
      local.get 0
    )
    (func (;37;) (type 19) (param i32 i32) (result i32)
      block ;; label = @1
        local.get 0
        local.get 1
        i32.const 0
        call 36
        local.tee 0
        br_if 0 (;@1;)
        local.get 1
        call 38
        unreachable
      end
      local.get 0
    )
    (func (;38;) (type 2) (param i32)
      local.get 0
      call 97
      unreachable
    )
    (func (;39;) (type 18) (param i32 i32 i32 i32) (result i32)
      (local i32)
      i32.const 0
      local.set 4
      block ;; label = @1
        local.get 1
        local.get 3
        i32.ne
        br_if 0 (;@1;)
        local.get 0
        local.get 2
        local.get 1
        call 100
        i32.eqz
        local.set 4
      end
      local.get 4
    )
    (func (;40;) (type 7) (param i32 i32 i32)
      (local i32)
      global.get 0
      i32.const 32
      i32.sub
      local.tee 3
      global.set 0
      local.get 3
      i32.const 49
      i32.store offset=28
      local.get 3
      i32.const 1049301
      i32.store offset=24
      local.get 3
      local.get 2
      i32.store offset=20
      local.get 3
      local.get 1
      i32.store offset=16
      local.get 3
      i32.const 1
      i32.store offset=12
      local.get 3
      i32.const 1049300
      i32.store offset=8
      local.get 0
      local.get 3
      i32.const 8
      i32.add
      call 41
      local.get 3
      i32.const 32
      i32.add
      global.set 0
    )
    (func (;41;) (type 8) (param i32 i32)
      (local i32 i32 i32 i32 i32 i32 i32)
      global.get 0
      i32.const 48
      i32.sub
      local.tee 2
      global.set 0
      i32.const 0
      local.set 3
      i32.const 4
      local.set 4
      block ;; label = @1
        loop ;; label = @2
          local.get 4
          i32.const 28
          i32.eq
          br_if 1 (;@1;)
          local.get 1
          local.get 4
          i32.add
          local.set 5
          local.get 4
          i32.const 8
          i32.add
          local.set 4
          local.get 5
          i32.load
          local.tee 5
          local.get 3
          i32.add
          local.tee 3
          local.get 5
          i32.ge_u
          br_if 0 (;@2;)
        end
        call 70
        unreachable
      end
      local.get 2
      i32.const 8
      i32.add
      local.get 3
      i32.const 1
      i32.const 1
      call 65
      i32.const 0
      local.set 4
      local.get 2
      i32.const 0
      i32.store offset=28
      local.get 2
      local.get 2
      i64.load offset=8
      i64.store offset=20 align=4
      local.get 2
      i32.const 20
      i32.add
      local.get 1
      i32.load
      local.tee 5
      local.get 5
      local.get 1
      i32.load offset=4
      i32.add
      call 42
      local.get 3
      local.get 2
      i32.load offset=28
      local.tee 6
      i32.sub
      local.set 5
      local.get 2
      i32.load offset=24
      local.get 6
      i32.add
      local.set 6
      block ;; label = @1
        loop ;; label = @2
          local.get 4
          i32.const 16
          i32.eq
          br_if 1 (;@1;)
          local.get 1
          local.get 4
          i32.add
          local.tee 7
          i32.const 8
          i32.add
          i32.load
          local.set 8
          local.get 2
          i32.const 32
          i32.add
          local.get 6
          local.get 5
          local.get 7
          i32.const 12
          i32.add
          i32.load
          local.tee 7
          call 62
          local.get 2
          i32.load offset=44
          local.set 5
          local.get 2
          i32.load offset=40
          local.set 6
          local.get 2
          i32.load offset=32
          local.get 2
          i32.load offset=36
          local.get 8
          local.get 7
          call 60
          local.get 4
          i32.const 8
          i32.add
          local.set 4
          br 0 (;@2;)
        end
      end
      local.get 0
      local.get 2
      i64.load offset=20 align=4
      i64.store align=4
      local.get 0
      local.get 3
      local.get 5
      i32.sub
      i32.store offset=8
      local.get 2
      i32.const 48
      i32.add
      global.set 0
    )
    (func (;42;) (type 7) (param i32 i32 i32)
      (local i32 i32)
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            local.get 2
            local.get 1
            i32.sub
            local.tee 3
            local.get 0
            i32.load
            local.get 0
            i32.load offset=8
            local.tee 4
            i32.sub
            i32.le_u
            br_if 0 (;@3;)
            local.get 0
            local.get 4
            local.get 3
            i32.const 1
            i32.const 1
            call 43
            local.get 0
            i32.load offset=8
            local.set 4
            br 1 (;@2;)
          end
          local.get 2
          local.get 1
          i32.eq
          br_if 1 (;@1;)
        end
        local.get 3
        i32.eqz
        br_if 0 (;@1;)
        local.get 0
        i32.load offset=4
        local.get 4
        i32.add
        local.get 1
        local.get 3
        memory.copy
      end
      local.get 0
      local.get 4
      local.get 3
      i32.add
      i32.store offset=8
    )
    (func (;43;) (type 3) (param i32 i32 i32 i32 i32)
      (local i32)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 5
      global.set 0
      local.get 5
      i32.const 8
      i32.add
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      call 71
      block ;; label = @1
        local.get 5
        i32.load offset=8
        local.tee 4
        i32.const -2147483647
        i32.eq
        br_if 0 (;@1;)
        local.get 4
        local.get 5
        i32.load offset=12
        call 72
        unreachable
      end
      local.get 5
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;44;) (type 2) (param i32)
      (local i32 i32)
      global.get 0
      i32.const 32
      i32.sub
      local.tee 1
      global.set 0
      local.get 0
      i32.const 1049724
      i32.const 14
      call 45
      local.get 0
      i32.const 12
      i32.add
      i32.const 1049738
      i32.const 16
      call 45
      i32.const 4
      i32.const 24
      call 37
      local.set 2
      local.get 1
      i32.const 8
      i32.add
      i32.const 1049754
      i32.const 9
      call 45
      local.get 1
      i32.const 20
      i32.add
      i32.const 1049763
      i32.const 10
      call 45
      local.get 2
      local.get 1
      i32.load offset=16
      i32.store offset=8
      local.get 2
      local.get 1
      i64.load offset=8 align=4
      i64.store align=4
      local.get 2
      local.get 1
      i64.load offset=20 align=4
      i64.store offset=12 align=4
      local.get 2
      local.get 1
      i32.load offset=28
      i32.store offset=20
      local.get 0
      i32.const 2
      i32.store offset=32
      local.get 0
      local.get 2
      i32.store offset=28
      local.get 0
      i32.const 2
      i32.store offset=24
      local.get 0
      i32.const 2
      i32.store8 offset=36
      local.get 1
      i32.const 32
      i32.add
      global.set 0
    )
    (func (;45;) (type 7) (param i32 i32 i32)
      (local i32 i32 i32)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 3
      global.set 0
      local.get 3
      i32.const 8
      i32.add
      local.get 2
      i32.const 1
      i32.const 1
      call 65
      local.get 3
      i32.load offset=8
      local.set 4
      local.get 3
      i32.load offset=12
      local.set 5
      local.get 0
      i32.const 0
      i32.store offset=8
      local.get 0
      local.get 5
      i32.store offset=4
      local.get 0
      local.get 4
      i32.store
      block ;; label = @1
        local.get 2
        i32.eqz
        br_if 0 (;@1;)
        block ;; label = @2
          local.get 2
          i32.eqz
          br_if 0 (;@2;)
          local.get 5
          local.get 1
          local.get 2
          memory.copy
        end
        local.get 0
        local.get 2
        i32.store offset=8
      end
      local.get 3
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;46;) (type 3) (param i32 i32 i32 i32 i32)
      (local i32)
      global.get 0
      i32.const 32
      i32.sub
      local.tee 5
      global.set 0
      block ;; label = @1
        block ;; label = @2
          local.get 4
          i32.load
          i32.const -2147483648
          i32.eq
          br_if 0 (;@2;)
          local.get 0
          i32.const -2147483648
          i32.store
          local.get 5
          local.get 4
          i32.load offset=8
          i32.store offset=8
          local.get 5
          local.get 4
          i64.load align=4
          i64.store
          br 1 (;@1;)
        end
        local.get 0
        local.get 4
        i32.load offset=12
        i32.store offset=8
        local.get 0
        local.get 4
        i64.load offset=4 align=4
        i64.store align=4
        local.get 5
        i32.const 1049845
        i32.const 2
        call 45
      end
      local.get 5
      local.get 3
      i32.store offset=16
      local.get 5
      local.get 2
      i32.store offset=12
      local.get 5
      local.get 5
      i64.load
      i64.store offset=20 align=4
      local.get 5
      local.get 5
      i32.load offset=8
      i32.store offset=28
      local.get 1
      local.get 5
      i32.const 12
      i32.add
      call 47
      local.get 5
      i32.const 32
      i32.add
      global.set 0
    )
    (func (;47;) (type 8) (param i32 i32)
      (local i32)
      block ;; label = @1
        local.get 0
        i32.load offset=8
        local.tee 2
        local.get 0
        i32.load
        i32.ne
        br_if 0 (;@1;)
        local.get 0
        call 67
      end
      local.get 0
      local.get 2
      i32.const 1
      i32.add
      i32.store offset=8
      local.get 0
      i32.load offset=4
      local.get 2
      i32.const 20
      i32.mul
      i32.add
      local.tee 0
      local.get 1
      v128.load align=4
      v128.store align=4
      local.get 0
      local.get 1
      i32.load offset=16
      i32.store offset=16
    )
    (func (;48;) (type 3) (param i32 i32 i32 i32 i32)
      (local i32)
      global.get 0
      i32.const 32
      i32.sub
      local.tee 5
      global.set 0
      block ;; label = @1
        block ;; label = @2
          local.get 4
          i32.load
          i32.const -2147483648
          i32.eq
          br_if 0 (;@2;)
          local.get 0
          i32.const -2147483648
          i32.store
          local.get 5
          local.get 4
          i32.load offset=8
          i32.store offset=8
          local.get 5
          local.get 4
          i64.load align=4
          i64.store
          br 1 (;@1;)
        end
        local.get 0
        local.get 4
        i32.load offset=12
        i32.store offset=8
        local.get 0
        local.get 4
        i64.load offset=4 align=4
        i64.store align=4
        local.get 5
        i32.const 1049845
        i32.const 2
        call 45
      end
      local.get 5
      local.get 3
      i32.store offset=16
      local.get 5
      local.get 2
      i32.store offset=12
      local.get 5
      local.get 5
      i64.load
      i64.store offset=20 align=4
      local.get 5
      local.get 5
      i32.load offset=8
      i32.store offset=28
      local.get 1
      local.get 5
      i32.const 12
      i32.add
      call 47
      local.get 5
      i32.const 32
      i32.add
      global.set 0
    )
    (func (;49;) (type 1) (param i32 i32 i32 i32)
      (local i32)
      global.get 0
      i32.const 32
      i32.sub
      local.tee 4
      global.set 0
      block ;; label = @1
        block ;; label = @2
          local.get 3
          i32.load
          i32.const -2147483648
          i32.eq
          br_if 0 (;@2;)
          local.get 4
          local.get 3
          i32.load offset=8
          i32.store offset=8
          local.get 4
          local.get 3
          i64.load align=4
          i64.store
          br 1 (;@1;)
        end
        local.get 4
        i32.const 1049845
        i32.const 2
        call 45
      end
      local.get 4
      local.get 2
      i32.store offset=16
      local.get 4
      local.get 1
      i32.store offset=12
      local.get 4
      local.get 4
      i64.load
      i64.store offset=20 align=4
      local.get 4
      local.get 4
      i32.load offset=8
      i32.store offset=28
      local.get 0
      local.get 4
      i32.const 12
      i32.add
      call 47
      local.get 4
      i32.const 32
      i32.add
      global.set 0
    )
    (func (;50;) (type 1) (param i32 i32 i32 i32)
      (local i32)
      global.get 0
      i32.const 32
      i32.sub
      local.tee 4
      global.set 0
      local.get 4
      i32.const 20
      i32.add
      i32.const 1049845
      i32.const 1049847
      local.get 3
      select
      i32.const 2
      i32.const 5
      local.get 3
      select
      call 45
      local.get 4
      local.get 2
      i32.store offset=16
      local.get 4
      local.get 1
      i32.store offset=12
      local.get 0
      local.get 4
      i32.const 12
      i32.add
      call 47
      local.get 4
      i32.const 32
      i32.add
      global.set 0
    )
    (func (;51;) (type 3) (param i32 i32 i32 i32 i32)
      (local i32)
      global.get 0
      i32.const 96
      i32.sub
      local.tee 5
      global.set 0
      local.get 5
      local.get 4
      i32.store offset=40
      local.get 5
      local.get 3
      i32.store offset=36
      local.get 5
      i32.const 0
      i32.store offset=92
      local.get 5
      i32.const 0
      i32.store8 offset=88
      local.get 5
      i32.const 1
      i32.store16 offset=80
      local.get 5
      local.get 2
      i32.store offset=76
      local.get 5
      i32.const 0
      i32.store offset=72
      local.get 5
      i32.const 1
      i32.store8 offset=68
      local.get 5
      i32.const 34
      i32.store offset=64
      local.get 5
      local.get 2
      i32.store offset=60
      local.get 5
      i32.const 0
      i32.store offset=56
      local.get 5
      local.get 2
      i32.store offset=52
      local.get 5
      local.get 1
      i32.store offset=48
      local.get 5
      i32.const 34
      i32.store offset=44
      local.get 5
      local.get 5
      i32.const 36
      i32.add
      i32.store offset=84
      local.get 5
      i32.const 24
      i32.add
      local.get 5
      i32.const 44
      i32.add
      local.get 5
      i32.const 88
      i32.add
      local.tee 2
      local.get 5
      i32.const 36
      i32.add
      call 52
      block ;; label = @1
        block ;; label = @2
          local.get 5
          i32.load offset=24
          i32.eqz
          br_if 0 (;@2;)
          local.get 5
          i32.const 16
          i32.add
          local.get 5
          i32.const 44
          i32.add
          call 53
          local.get 5
          i32.load offset=16
          i32.eqz
          br_if 0 (;@2;)
          local.get 5
          i32.const 8
          i32.add
          local.get 5
          i32.const 44
          i32.add
          local.get 2
          local.get 5
          i32.load offset=84
          call 52
          local.get 5
          i32.load offset=12
          local.set 4
          local.get 5
          i32.load offset=8
          local.set 2
          br 1 (;@1;)
        end
        i32.const 0
        local.set 2
      end
      local.get 0
      local.get 2
      i32.const 1
      local.get 2
      select
      local.get 4
      i32.const 0
      local.get 2
      select
      call 45
      local.get 5
      i32.const 96
      i32.add
      global.set 0
    )
    (func (;52;) (type 1) (param i32 i32 i32 i32)
      (local i32 i32 i32 i32)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 4
      global.set 0
      local.get 2
      i32.load8_u
      local.set 5
      block ;; label = @1
        loop ;; label = @2
          local.get 4
          i32.const 8
          i32.add
          local.get 1
          call 53
          local.get 4
          i32.load offset=8
          local.tee 6
          i32.eqz
          br_if 1 (;@1;)
          local.get 4
          i32.load offset=12
          local.set 7
          block ;; label = @3
            local.get 5
            i32.const 1
            i32.and
            br_if 0 (;@3;)
            i32.const 0
            local.set 5
            local.get 6
            local.get 7
            local.get 3
            i32.load
            local.get 3
            i32.load offset=4
            call 39
            i32.eqz
            br_if 1 (;@2;)
          end
        end
        local.get 2
        i32.const 1
        i32.store8
      end
      local.get 0
      local.get 7
      i32.store offset=4
      local.get 0
      local.get 6
      i32.store
      local.get 4
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;53;) (type 8) (param i32 i32)
      (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
      i32.const 0
      local.set 2
      block ;; label = @1
        block ;; label = @2
          local.get 1
          i32.load8_u offset=37
          i32.eqz
          br_if 0 (;@2;)
          br 1 (;@1;)
        end
        local.get 1
        i32.load offset=4
        local.set 3
        block ;; label = @2
          local.get 1
          i32.load offset=16
          local.tee 4
          local.get 1
          i32.load offset=8
          local.tee 5
          i32.gt_u
          br_if 0 (;@2;)
          local.get 1
          i32.const 20
          i32.add
          local.tee 6
          local.get 1
          i32.load8_u offset=24
          local.tee 7
          i32.add
          i32.const -1
          i32.add
          local.set 8
          local.get 1
          i32.load offset=12
          local.set 9
          local.get 7
          i32.const 5
          i32.lt_u
          local.set 10
          block ;; label = @3
            loop ;; label = @4
              local.get 4
              local.get 9
              i32.lt_u
              br_if 2 (;@2;)
              local.get 3
              local.get 9
              i32.add
              local.set 11
              local.get 8
              i32.load8_u
              local.set 12
              block ;; label = @5
                block ;; label = @6
                  block ;; label = @7
                    block ;; label = @8
                      local.get 4
                      local.get 9
                      i32.sub
                      local.tee 13
                      i32.const 7
                      i32.gt_u
                      br_if 0 (;@8;)
                      i32.const 0
                      local.set 14
                      loop ;; label = @9
                        local.get 13
                        local.get 14
                        i32.eq
                        br_if 2 (;@7;)
                        local.get 11
                        local.get 14
                        i32.add
                        i32.load8_u
                        local.get 12
                        i32.eq
                        br_if 4 (;@5;)
                        local.get 14
                        i32.const 1
                        i32.add
                        local.set 14
                        br 0 (;@9;)
                      end
                    end
                    block ;; label = @8
                      block ;; label = @9
                        block ;; label = @10
                          local.get 11
                          i32.const 3
                          i32.add
                          i32.const -4
                          i32.and
                          local.tee 14
                          local.get 11
                          i32.eq
                          br_if 0 (;@10;)
                          local.get 14
                          local.get 11
                          i32.sub
                          local.set 15
                          i32.const 0
                          local.set 14
                          loop ;; label = @11
                            local.get 11
                            local.get 14
                            i32.add
                            i32.load8_u
                            local.get 12
                            i32.eq
                            br_if 6 (;@5;)
                            local.get 15
                            local.get 14
                            i32.const 1
                            i32.add
                            local.tee 14
                            i32.ne
                            br_if 0 (;@11;)
                          end
                          local.get 15
                          local.get 13
                          i32.const -8
                          i32.add
                          local.tee 16
                          i32.gt_u
                          br_if 2 (;@8;)
                          br 1 (;@9;)
                        end
                        local.get 13
                        i32.const -8
                        i32.add
                        local.set 16
                        i32.const 0
                        local.set 15
                      end
                      local.get 12
                      i32.const 16843009
                      i32.mul
                      local.set 14
                      loop ;; label = @9
                        i32.const 16843008
                        local.get 11
                        local.get 15
                        i32.add
                        local.tee 17
                        i32.load
                        local.get 14
                        i32.xor
                        local.tee 18
                        i32.sub
                        local.get 18
                        i32.or
                        i32.const 16843008
                        local.get 17
                        i32.const 4
                        i32.add
                        i32.load
                        local.get 14
                        i32.xor
                        local.tee 17
                        i32.sub
                        local.get 17
                        i32.or
                        i32.and
                        i32.const -2139062144
                        i32.and
                        i32.const -2139062144
                        i32.ne
                        br_if 1 (;@8;)
                        local.get 15
                        i32.const 8
                        i32.add
                        local.tee 15
                        local.get 16
                        i32.le_u
                        br_if 0 (;@9;)
                      end
                    end
                    local.get 13
                    local.get 15
                    i32.eq
                    br_if 0 (;@7;)
                    local.get 11
                    local.get 15
                    i32.add
                    local.set 11
                    local.get 4
                    local.get 15
                    i32.sub
                    local.get 9
                    i32.sub
                    local.set 17
                    i32.const 0
                    local.set 14
                    loop ;; label = @8
                      local.get 11
                      local.get 14
                      i32.add
                      i32.load8_u
                      local.get 12
                      i32.eq
                      br_if 2 (;@6;)
                      local.get 17
                      local.get 14
                      i32.const 1
                      i32.add
                      local.tee 14
                      i32.ne
                      br_if 0 (;@8;)
                    end
                  end
                  local.get 1
                  local.get 4
                  i32.store offset=12
                  br 4 (;@2;)
                end
                local.get 14
                local.get 15
                i32.add
                local.set 14
              end
              local.get 1
              local.get 9
              local.get 14
              i32.add
              i32.const 1
              i32.add
              local.tee 9
              i32.store offset=12
              local.get 9
              local.get 7
              i32.lt_u
              br_if 0 (;@4;)
              local.get 9
              local.get 7
              i32.sub
              local.set 14
              local.get 9
              local.get 5
              i32.gt_u
              br_if 0 (;@4;)
              local.get 10
              i32.eqz
              br_if 1 (;@3;)
              local.get 3
              local.get 14
              i32.add
              local.get 6
              local.get 7
              call 100
              br_if 0 (;@4;)
            end
            local.get 1
            i32.load offset=28
            local.set 15
            local.get 1
            local.get 9
            i32.store offset=28
            local.get 3
            local.get 15
            i32.add
            local.set 2
            local.get 14
            local.get 15
            i32.sub
            local.set 14
            br 2 (;@1;)
          end
          local.get 7
          call 77
          unreachable
        end
        local.get 1
        i32.const 1
        i32.store8 offset=37
        block ;; label = @2
          block ;; label = @3
            local.get 1
            i32.load8_u offset=36
            i32.const 1
            i32.ne
            br_if 0 (;@3;)
            local.get 1
            i32.load offset=32
            local.set 11
            local.get 1
            i32.load offset=28
            local.set 15
            br 1 (;@2;)
          end
          local.get 1
          i32.load offset=32
          local.tee 11
          local.get 1
          i32.load offset=28
          local.tee 15
          i32.eq
          br_if 1 (;@1;)
        end
        local.get 3
        local.get 15
        i32.add
        local.set 2
        local.get 11
        local.get 15
        i32.sub
        local.set 14
      end
      local.get 0
      local.get 14
      i32.store offset=4
      local.get 0
      local.get 2
      i32.store
    )
    (func (;54;) (type 17))
    (func (;55;) (type 1) (param i32 i32 i32 i32)
      (local i32 i32 i32 i32 i32 i32 i32 i32)
      global.get 0
      i32.const 64
      i32.sub
      local.tee 4
      global.set 0
      local.get 1
      i32.load offset=20
      local.set 5
      local.get 1
      i32.load offset=16
      local.set 6
      local.get 1
      i32.load offset=8
      local.set 7
      local.get 1
      i32.load offset=4
      local.set 8
      i32.const 0
      local.set 9
      i32.const 0
      local.set 10
      i32.const 0
      local.set 11
      block ;; label = @1
        local.get 1
        i32.load offset=24
        i32.const -2147483648
        i32.eq
        br_if 0 (;@1;)
        local.get 1
        i32.load offset=32
        local.set 11
        local.get 1
        i32.load offset=28
        local.set 10
        i32.const 1
        local.set 9
      end
      local.get 8
      local.get 7
      local.get 1
      i32.load16_u offset=36
      local.get 6
      local.get 5
      local.get 9
      local.get 10
      local.get 11
      local.get 2
      local.get 3
      i32.load
      local.get 4
      i32.const 8
      i32.add
      call 0
      block ;; label = @1
        block ;; label = @2
          local.get 4
          i32.load8_u offset=8
          br_if 0 (;@2;)
          local.get 0
          local.get 4
          i32.load offset=12
          i32.store offset=4
          local.get 0
          i32.const -2147483648
          i32.store
          br 1 (;@1;)
        end
        local.get 4
        i32.load offset=32
        local.set 1
        local.get 4
        i32.load offset=28
        local.set 11
        local.get 4
        i32.load offset=24
        local.set 2
        local.get 4
        i32.load offset=20
        local.set 3
        local.get 4
        i32.load offset=16
        local.set 5
        local.get 4
        i32.load8_u offset=12
        local.set 6
        local.get 4
        i32.const 40
        i32.add
        local.get 4
        i32.load offset=36
        local.tee 9
        call 56
        block ;; label = @2
          loop ;; label = @3
            local.get 9
            i32.eqz
            br_if 1 (;@2;)
            local.get 4
            local.get 1
            i32.load
            i32.store offset=56
            local.get 4
            local.get 1
            i32.const 4
            i32.add
            i32.load
            local.tee 10
            i32.store offset=60
            local.get 4
            local.get 10
            i32.store offset=52
            local.get 9
            i32.const -1
            i32.add
            local.set 9
            local.get 1
            i32.const 8
            i32.add
            local.set 1
            local.get 4
            i32.const 40
            i32.add
            local.get 4
            i32.const 52
            i32.add
            call 57
            br 0 (;@3;)
          end
        end
        local.get 0
        local.get 11
        i32.store offset=20
        local.get 0
        local.get 2
        i32.store offset=16
        local.get 0
        local.get 11
        i32.store offset=12
        local.get 0
        local.get 3
        i32.store offset=8
        local.get 0
        local.get 5
        i32.store offset=4
        local.get 0
        local.get 3
        i32.store
        local.get 0
        local.get 4
        i64.load offset=40 align=4
        i64.store offset=24 align=4
        local.get 0
        local.get 4
        i32.load offset=48
        i32.store offset=32
        local.get 0
        local.get 6
        i32.store8 offset=36
      end
      local.get 4
      i32.const 64
      i32.add
      global.set 0
    )
    (func (;56;) (type 8) (param i32 i32)
      (local i32 i64)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 2
      global.set 0
      local.get 2
      i32.const 8
      i32.add
      local.get 1
      i32.const 4
      i32.const 12
      call 65
      local.get 2
      i64.load offset=8
      local.set 3
      local.get 0
      i32.const 0
      i32.store offset=8
      local.get 0
      local.get 3
      i64.store align=4
      local.get 2
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;57;) (type 8) (param i32 i32)
      (local i32)
      block ;; label = @1
        local.get 0
        i32.load offset=8
        local.tee 2
        local.get 0
        i32.load
        i32.ne
        br_if 0 (;@1;)
        local.get 0
        call 68
      end
      local.get 0
      local.get 2
      i32.const 1
      i32.add
      i32.store offset=8
      local.get 0
      i32.load offset=4
      local.get 2
      i32.const 12
      i32.mul
      i32.add
      local.tee 0
      local.get 1
      i64.load align=4
      i64.store align=4
      local.get 0
      local.get 1
      i32.load offset=8
      i32.store offset=8
    )
    (func (;58;) (type 1) (param i32 i32 i32 i32)
      (local i32 i32 i32 i32 i32 i32)
      global.get 0
      i32.const 64
      i32.sub
      local.tee 4
      global.set 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 255
      i32.and
      local.get 4
      i32.const 8
      i32.add
      call 1
      block ;; label = @1
        block ;; label = @2
          local.get 4
          i32.load8_u offset=8
          br_if 0 (;@2;)
          local.get 0
          local.get 4
          i32.load offset=12
          i32.store offset=4
          local.get 0
          i32.const -2147483648
          i32.store
          br 1 (;@1;)
        end
        local.get 4
        i32.load offset=32
        local.set 3
        local.get 4
        i32.load offset=28
        local.set 5
        local.get 4
        i32.load offset=24
        local.set 6
        local.get 4
        i32.load offset=20
        local.set 7
        local.get 4
        i32.load offset=16
        local.set 8
        local.get 4
        i32.load8_u offset=12
        local.set 9
        local.get 4
        i32.const 40
        i32.add
        local.get 4
        i32.load offset=36
        local.tee 2
        call 56
        block ;; label = @2
          loop ;; label = @3
            local.get 2
            i32.eqz
            br_if 1 (;@2;)
            local.get 4
            local.get 3
            i32.load
            i32.store offset=56
            local.get 4
            local.get 3
            i32.const 4
            i32.add
            i32.load
            local.tee 1
            i32.store offset=60
            local.get 4
            local.get 1
            i32.store offset=52
            local.get 2
            i32.const -1
            i32.add
            local.set 2
            local.get 3
            i32.const 8
            i32.add
            local.set 3
            local.get 4
            i32.const 40
            i32.add
            local.get 4
            i32.const 52
            i32.add
            call 57
            br 0 (;@3;)
          end
        end
        local.get 0
        local.get 5
        i32.store offset=20
        local.get 0
        local.get 6
        i32.store offset=16
        local.get 0
        local.get 5
        i32.store offset=12
        local.get 0
        local.get 7
        i32.store offset=8
        local.get 0
        local.get 8
        i32.store offset=4
        local.get 0
        local.get 7
        i32.store
        local.get 0
        local.get 4
        i64.load offset=40 align=4
        i64.store offset=24 align=4
        local.get 0
        local.get 4
        i32.load offset=48
        i32.store offset=32
        local.get 0
        local.get 9
        i32.store8 offset=36
      end
      local.get 4
      i32.const 64
      i32.add
      global.set 0
    )
    (func (;59;) (type 2) (param i32)
      block ;; label = @1
        local.get 0
        i32.load
        local.tee 0
        i32.const -1
        i32.eq
        br_if 0 (;@1;)
        local.get 0
        call 2
      end
    )
    (func (;60;) (type 1) (param i32 i32 i32 i32)
      block ;; label = @1
        local.get 1
        local.get 3
        i32.ne
        br_if 0 (;@1;)
        block ;; label = @2
          local.get 1
          i32.eqz
          br_if 0 (;@2;)
          local.get 0
          local.get 2
          local.get 1
          memory.copy
        end
        return
      end
      local.get 1
      local.get 3
      call 61
      unreachable
    )
    (func (;61;) (type 8) (param i32 i32)
      (local i32)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 2
      global.set 0
      i32.const 1048971
      local.get 2
      i32.const 1049880
      call 63
      unreachable
    )
    (func (;62;) (type 1) (param i32 i32 i32 i32)
      block ;; label = @1
        local.get 2
        local.get 3
        i32.ge_u
        br_if 0 (;@1;)
        i32.const 1049868
        i32.const 19
        i32.const 1049880
        call 63
        unreachable
      end
      local.get 0
      local.get 3
      i32.store offset=4
      local.get 0
      local.get 1
      i32.store
      local.get 0
      local.get 2
      local.get 3
      i32.sub
      i32.store offset=12
      local.get 0
      local.get 1
      local.get 3
      i32.add
      i32.store offset=8
    )
    (func (;63;) (type 7) (param i32 i32 i32)
      unreachable
    )
    (func (;64;) (type 19) (param i32 i32) (result i32)
      (local i32)
      i32.const 0
      local.set 2
      block ;; label = @1
        local.get 1
        i32.const 4
        i32.ne
        br_if 0 (;@1;)
        local.get 0
        i32.load align=1
        i32.const 1953523051
        i32.eq
        local.set 2
      end
      local.get 2
    )
    (func (;65;) (type 1) (param i32 i32 i32 i32)
      (local i32)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 4
      global.set 0
      local.get 4
      i32.const 4
      i32.add
      local.get 1
      i32.const 0
      local.get 2
      local.get 3
      call 76
      local.get 4
      i32.load offset=8
      local.set 3
      block ;; label = @1
        local.get 4
        i32.load offset=4
        i32.const 1
        i32.ne
        br_if 0 (;@1;)
        local.get 3
        local.get 4
        i32.load offset=12
        call 72
        unreachable
      end
      local.get 0
      local.get 4
      i32.load offset=12
      i32.store offset=4
      local.get 0
      local.get 3
      i32.store
      local.get 4
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;66;) (type 8) (param i32 i32)
      (local i32 i32)
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            local.get 1
            i32.load
            local.tee 2
            local.get 1
            i32.load offset=8
            local.tee 3
            i32.gt_u
            br_if 0 (;@3;)
            local.get 1
            i32.load offset=4
            local.set 1
            br 1 (;@2;)
          end
          block ;; label = @3
            local.get 3
            br_if 0 (;@3;)
            i32.const 1
            local.set 1
            br 1 (;@2;)
          end
          local.get 1
          i32.load offset=4
          local.get 2
          i32.const 1
          local.get 3
          call 34
          local.tee 1
          i32.eqz
          br_if 1 (;@1;)
        end
        local.get 0
        local.get 3
        i32.store offset=4
        local.get 0
        local.get 1
        i32.store
        return
      end
      local.get 3
      call 38
      unreachable
    )
    (func (;67;) (type 2) (param i32)
      (local i32)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 1
      global.set 0
      local.get 1
      i32.const 8
      i32.add
      local.get 0
      local.get 0
      i32.load
      i32.const 1
      i32.const 4
      i32.const 20
      call 71
      block ;; label = @1
        local.get 1
        i32.load offset=8
        local.tee 0
        i32.const -2147483647
        i32.eq
        br_if 0 (;@1;)
        local.get 0
        local.get 1
        i32.load offset=12
        call 72
        unreachable
      end
      local.get 1
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;68;) (type 2) (param i32)
      (local i32)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 1
      global.set 0
      local.get 1
      i32.const 8
      i32.add
      local.get 0
      local.get 0
      i32.load
      i32.const 1
      i32.const 4
      i32.const 12
      call 71
      block ;; label = @1
        local.get 1
        i32.load offset=8
        local.tee 0
        i32.const -2147483647
        i32.eq
        br_if 0 (;@1;)
        local.get 0
        local.get 1
        i32.load offset=12
        call 72
        unreachable
      end
      local.get 1
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;69;) (type 1) (param i32 i32 i32 i32)
      (local i32 i32 i32 i32 i32 i32)
      global.get 0
      i32.const 48
      i32.sub
      local.tee 4
      global.set 0
      local.get 2
      i32.const 12
      i32.mul
      local.tee 5
      i32.const -12
      i32.add
      i32.const 252
      i32.and
      i32.const 12
      i32.div_u
      local.set 6
      local.get 5
      local.set 2
      local.get 1
      local.set 7
      block ;; label = @1
        loop ;; label = @2
          local.get 2
          i32.eqz
          br_if 1 (;@1;)
          local.get 2
          i32.const -12
          i32.add
          local.set 2
          local.get 7
          i32.load offset=8
          local.set 8
          local.get 7
          i32.const 12
          i32.add
          local.set 7
          local.get 8
          local.get 6
          i32.add
          local.tee 6
          local.get 8
          i32.ge_u
          br_if 0 (;@2;)
        end
        call 70
        unreachable
      end
      local.get 4
      i32.const 8
      i32.add
      local.get 6
      i32.const 1
      i32.const 1
      call 65
      local.get 4
      i32.const 0
      i32.store offset=28
      local.get 4
      local.get 4
      i64.load offset=8
      i64.store offset=20 align=4
      local.get 4
      i32.const 20
      i32.add
      local.get 1
      i32.load offset=4
      local.tee 2
      local.get 2
      local.get 1
      i32.load offset=8
      i32.add
      call 42
      local.get 5
      i32.const -12
      i32.add
      local.set 7
      local.get 1
      i32.const 20
      i32.add
      local.set 2
      local.get 6
      local.get 4
      i32.load offset=28
      local.tee 8
      i32.sub
      local.set 1
      local.get 4
      i32.load offset=24
      local.get 8
      i32.add
      local.set 5
      block ;; label = @1
        loop ;; label = @2
          local.get 7
          i32.eqz
          br_if 1 (;@1;)
          local.get 2
          i32.const -4
          i32.add
          i32.load
          local.set 9
          local.get 2
          i32.load
          local.set 8
          local.get 4
          i32.const 32
          i32.add
          local.get 5
          local.get 1
          i32.const 1
          call 62
          local.get 4
          i32.load offset=44
          local.set 1
          local.get 4
          i32.load offset=40
          local.set 5
          local.get 4
          i32.load offset=32
          local.get 4
          i32.load offset=36
          local.get 3
          i32.const 1
          call 60
          local.get 4
          i32.const 32
          i32.add
          local.get 5
          local.get 1
          local.get 8
          call 62
          local.get 4
          i32.load offset=44
          local.set 1
          local.get 4
          i32.load offset=40
          local.set 5
          local.get 4
          i32.load offset=32
          local.get 4
          i32.load offset=36
          local.get 9
          local.get 8
          call 60
          local.get 7
          i32.const -12
          i32.add
          local.set 7
          local.get 2
          i32.const 12
          i32.add
          local.set 2
          br 0 (;@2;)
        end
      end
      local.get 0
      local.get 4
      i64.load offset=20 align=4
      i64.store align=4
      local.get 0
      local.get 6
      local.get 1
      i32.sub
      i32.store offset=8
      local.get 4
      i32.const 48
      i32.add
      global.set 0
    )
    (func (;70;) (type 17)
      (local i32)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 0
      global.set 0
      i32.const 1048687
      local.get 0
      i32.const 8
      i32.add
      i32.const 1049896
      call 63
      unreachable
    )
    (func (;71;) (type 21) (param i32 i32 i32 i32 i32 i32)
      (local i32 i32 i32 i32 i64)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 6
      global.set 0
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            local.get 3
            local.get 2
            i32.add
            local.tee 2
            local.get 3
            i32.ge_u
            br_if 0 (;@3;)
            i32.const 0
            local.set 3
            br 1 (;@2;)
          end
          i32.const 0
          local.set 7
          local.get 6
          i32.const 12
          i32.add
          local.set 8
          block ;; label = @3
            block ;; label = @4
              local.get 5
              i64.extend_i32_u
              local.get 2
              local.get 1
              i32.load
              local.tee 9
              i32.const 1
              i32.shl
              local.tee 3
              local.get 2
              local.get 3
              i32.gt_u
              select
              local.tee 3
              i32.const 8
              i32.const 4
              local.get 5
              i32.const 1
              i32.eq
              select
              local.tee 2
              local.get 3
              local.get 2
              i32.gt_u
              select
              local.tee 2
              i64.extend_i32_u
              i64.mul
              local.tee 10
              i64.const 32
              i64.shr_u
              i32.wrap_i64
              br_if 0 (;@4;)
              local.get 10
              i32.wrap_i64
              local.tee 3
              i32.const -2147483648
              local.get 4
              i32.sub
              i32.gt_u
              br_if 0 (;@4;)
              block ;; label = @5
                block ;; label = @6
                  local.get 9
                  i32.eqz
                  br_if 0 (;@6;)
                  local.get 1
                  i32.load offset=4
                  local.get 9
                  local.get 5
                  i32.mul
                  local.get 4
                  local.get 3
                  call 34
                  local.set 5
                  br 1 (;@5;)
                end
                local.get 4
                local.get 3
                i32.const 0
                call 36
                local.set 5
              end
              local.get 5
              br_if 1 (;@3;)
              local.get 6
              local.get 4
              i32.store offset=12
              local.get 6
              i32.const 8
              i32.add
              local.set 8
              local.get 3
              local.set 7
            end
            local.get 8
            local.get 7
            i32.store
            local.get 6
            i32.load offset=8
            local.set 5
            local.get 6
            i32.load offset=12
            local.set 3
            br 2 (;@1;)
          end
          local.get 1
          local.get 2
          i32.store
          local.get 1
          local.get 5
          i32.store offset=4
          i32.const -2147483647
          local.set 3
        end
      end
      local.get 0
      local.get 5
      i32.store offset=4
      local.get 0
      local.get 3
      i32.store
      local.get 6
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;72;) (type 8) (param i32 i32)
      block ;; label = @1
        local.get 0
        i32.eqz
        br_if 0 (;@1;)
        local.get 1
        call 38
        unreachable
      end
      call 96
      unreachable
    )
    (func (;73;) (type 2) (param i32)
      (local i32)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 1
      global.set 0
      local.get 1
      i32.const 8
      i32.add
      local.get 0
      local.get 0
      i32.load
      i32.const 1
      i32.const 4
      i32.const 24
      call 71
      block ;; label = @1
        local.get 1
        i32.load offset=8
        local.tee 0
        i32.const -2147483647
        i32.eq
        br_if 0 (;@1;)
        local.get 0
        local.get 1
        i32.load offset=12
        call 72
        unreachable
      end
      local.get 1
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;74;) (type 2) (param i32)
      (local i32)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 1
      global.set 0
      local.get 1
      i32.const 8
      i32.add
      local.get 0
      local.get 0
      i32.load
      i32.const 1
      i32.const 4
      i32.const 48
      call 71
      block ;; label = @1
        local.get 1
        i32.load offset=8
        local.tee 0
        i32.const -2147483647
        i32.eq
        br_if 0 (;@1;)
        local.get 0
        local.get 1
        i32.load offset=12
        call 72
        unreachable
      end
      local.get 1
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;75;) (type 2) (param i32)
      (local i32)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 1
      global.set 0
      local.get 1
      i32.const 8
      i32.add
      local.get 0
      local.get 0
      i32.load
      i32.const 1
      i32.const 8
      i32.const 56
      call 71
      block ;; label = @1
        local.get 1
        i32.load offset=8
        local.tee 0
        i32.const -2147483647
        i32.eq
        br_if 0 (;@1;)
        local.get 0
        local.get 1
        i32.load offset=12
        call 72
        unreachable
      end
      local.get 1
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;76;) (type 3) (param i32 i32 i32 i32 i32)
      (local i64)
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            block ;; label = @4
              local.get 4
              i64.extend_i32_u
              local.get 1
              i64.extend_i32_u
              i64.mul
              local.tee 5
              i64.const 32
              i64.shr_u
              i32.wrap_i64
              br_if 0 (;@4;)
              local.get 5
              i32.wrap_i64
              local.tee 4
              i32.const -2147483648
              local.get 3
              i32.sub
              i32.gt_u
              br_if 0 (;@4;)
              local.get 4
              br_if 1 (;@3;)
              local.get 0
              local.get 3
              i32.store offset=8
              i32.const 0
              local.set 3
              local.get 0
              i32.const 0
              i32.store offset=4
              br 3 (;@1;)
            end
            local.get 0
            i32.const 0
            i32.store offset=4
            br 1 (;@2;)
          end
          block ;; label = @3
            local.get 3
            local.get 4
            local.get 2
            call 36
            local.tee 2
            i32.eqz
            br_if 0 (;@3;)
            local.get 0
            local.get 2
            i32.store offset=8
            local.get 0
            local.get 1
            i32.store offset=4
            i32.const 0
            local.set 3
            br 2 (;@1;)
          end
          local.get 0
          local.get 4
          i32.store offset=8
          local.get 0
          local.get 3
          i32.store offset=4
        end
        i32.const 1
        local.set 3
      end
      local.get 0
      local.get 3
      i32.store
    )
    (func (;77;) (type 2) (param i32)
      (local i32)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 1
      global.set 0
      block ;; label = @1
        local.get 0
        i32.const 5
        i32.lt_u
        br_if 0 (;@1;)
        i32.const 1048628
        local.get 1
        i32.const 1049060
        call 63
        unreachable
      end
      i32.const 1048628
      local.get 1
      i32.const 1049060
      call 63
      unreachable
    )
    (func (;78;) (type 2) (param i32))
    (func (;79;) (type 5) (result i32)
      (local i32 i32 i32 i32)
      global.get 0
      i32.const 128
      i32.sub
      local.tee 0
      global.set 0
      call 80
      local.get 0
      i32.const 44
      i32.add
      i32.const 1049191
      i32.const 4
      call 40
      local.get 0
      i32.const 56
      i32.add
      local.tee 1
      i32.const 1049195
      i32.const 3
      call 40
      local.get 0
      i32.const 68
      i32.add
      local.tee 2
      i32.const 1049102
      i32.const 4
      call 40
      local.get 0
      i32.const 92
      i32.add
      local.get 0
      i32.const 44
      i32.add
      i32.const 3
      i32.const 1049198
      call 69
      local.get 0
      i32.const 44
      i32.add
      i32.const 1049199
      i32.const 11
      call 45
      local.get 1
      i32.const 1049210
      i32.const 5
      call 45
      local.get 2
      i32.const 1049215
      i32.const 23
      call 45
      local.get 0
      i32.const 2
      i32.store offset=124
      local.get 0
      i32.const 1049298
      i32.store offset=120
      local.get 0
      local.get 0
      i64.load offset=96 align=4
      i64.store offset=112 align=4
      local.get 0
      i32.const 60
      i32.store offset=108
      local.get 0
      i32.const 1049238
      i32.store offset=104
      local.get 0
      i32.const 80
      i32.add
      local.tee 3
      local.get 0
      i32.const 104
      i32.add
      call 41
      local.get 0
      i32.const 32
      i32.add
      local.get 0
      i32.const 44
      i32.add
      call 66
      i32.const 0
      local.get 0
      i64.load offset=32
      i64.store offset=1050072 align=4
      local.get 0
      i32.const 24
      i32.add
      local.get 1
      call 66
      i32.const 0
      local.get 0
      i64.load offset=24
      i64.store offset=1050080 align=4
      local.get 0
      i32.const 16
      i32.add
      local.get 2
      call 66
      i32.const 0
      local.get 0
      i64.load offset=16
      i64.store offset=1050088 align=4
      local.get 0
      i32.const 8
      i32.add
      local.get 3
      call 66
      i32.const 0
      local.get 0
      i64.load offset=8
      i64.store offset=1050096 align=4
      local.get 0
      i32.const 128
      i32.add
      global.set 0
      i32.const 1050072
    )
    (func (;80;) (type 17)
      block ;; label = @1
        i32.const 0
        i32.load8_u offset=1050104
        br_if 0 (;@1;)
        call 33
        i32.const 0
        i32.const 1
        i32.store8 offset=1050104
      end
    )
    (func (;81;) (type 22) (param i32 i32 i32 i32 i32) (result i32)
      (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i64 i64 i64 i64)
      global.get 0
      i32.const 288
      i32.sub
      local.tee 5
      global.set 0
      call 80
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            block ;; label = @4
              block ;; label = @5
                block ;; label = @6
                  local.get 2
                  i32.eqz
                  br_if 0 (;@6;)
                  local.get 4
                  i32.const -2147483648
                  i32.ne
                  br_if 1 (;@5;)
                end
                i32.const 0
                local.set 4
                local.get 5
                i32.const 0
                i32.store offset=84
                local.get 5
                i64.const 17179869184
                i64.store offset=76 align=4
                local.get 5
                i32.const 248
                i32.add
                i32.const 1049463
                i32.const 3
                call 45
                local.get 5
                i32.const 260
                i32.add
                i32.const 1049466
                i32.const 5
                call 45
                local.get 5
                local.get 5
                i64.load offset=264 align=4
                i64.store offset=184
                local.get 5
                local.get 5
                v128.load offset=248 align=4
                v128.store offset=168 align=8
                local.get 5
                i32.const 248
                i32.add
                i32.const 4
                i32.const 16
                call 82
                local.get 5
                i32.load offset=260
                local.set 6
                local.get 5
                i32.load offset=256
                local.set 7
                local.get 5
                i32.load offset=252
                local.set 8
                local.get 5
                i32.load offset=248
                local.set 9
                i32.const 0
                local.set 2
                block ;; label = @6
                  loop ;; label = @7
                    local.get 2
                    i32.const 24
                    i32.eq
                    br_if 1 (;@6;)
                    local.get 9
                    local.get 4
                    i32.add
                    local.tee 10
                    local.get 5
                    i32.const 168
                    i32.add
                    local.get 2
                    i32.add
                    local.tee 11
                    i32.const 4
                    i32.add
                    i64.load align=4
                    i64.store align=4
                    local.get 10
                    i32.const 8
                    i32.add
                    local.get 11
                    i32.const 16
                    i32.add
                    i64.load align=4
                    i64.store align=4
                    local.get 4
                    i32.const 16
                    i32.add
                    local.set 4
                    local.get 2
                    i32.const 24
                    i32.add
                    local.set 2
                    br 0 (;@7;)
                  end
                end
                i32.const 2
                i32.const 1049428
                i32.const 4
                local.get 9
                i32.const 1
                call 3
                block ;; label = @6
                  local.get 8
                  i32.eqz
                  br_if 0 (;@6;)
                  local.get 7
                  i32.eqz
                  br_if 0 (;@6;)
                  local.get 7
                  i32.eqz
                  br_if 0 (;@6;)
                  local.get 6
                  i32.const 255
                  local.get 7
                  memory.fill
                end
                i32.const 1049428
                i32.const 4
                i64.const 1
                i32.const 1
                i64.const 2
                call 4
                local.get 5
                i32.const 76
                i32.add
                i32.const 1049471
                i32.const 18
                call 5
                i32.const 255
                i32.and
                i32.eqz
                call 50
                local.get 5
                i32.const 76
                i32.add
                i32.const 1049489
                i32.const 9
                call 6
                i64.const 0
                i64.ne
                call 50
                i32.const 1
                call 7
                local.get 5
                i32.const 76
                i32.add
                i32.const 1049498
                i32.const 13
                call 8
                i64.const 3600000
                i64.lt_u
                call 50
                i32.const 1049511
                i32.const 3
                local.get 5
                i32.const 168
                i32.add
                call 9
                block ;; label = @6
                  block ;; label = @7
                    local.get 5
                    i32.load8_u offset=168
                    br_if 0 (;@7;)
                    local.get 5
                    local.get 5
                    i32.load offset=176
                    local.tee 2
                    i32.store offset=260
                    local.get 5
                    local.get 5
                    i32.load offset=172
                    i32.store offset=256
                    local.get 5
                    local.get 2
                    i32.store offset=252
                    local.get 5
                    i32.const -2147483648
                    i32.store offset=248
                    br 1 (;@6;)
                  end
                  local.get 5
                  i32.load offset=192
                  local.set 2
                  local.get 5
                  i32.load offset=188
                  local.set 11
                  local.get 5
                  i32.load offset=184
                  local.set 7
                  local.get 5
                  i32.load offset=180
                  local.set 9
                  local.get 5
                  i32.load offset=176
                  local.set 8
                  local.get 5
                  i32.load8_u offset=172
                  local.set 6
                  local.get 5
                  i32.const 136
                  i32.add
                  local.get 5
                  i32.load offset=196
                  local.tee 4
                  call 56
                  block ;; label = @7
                    loop ;; label = @8
                      local.get 4
                      i32.eqz
                      br_if 1 (;@7;)
                      local.get 5
                      local.get 2
                      i32.load
                      i32.store offset=100
                      local.get 5
                      local.get 2
                      i32.const 4
                      i32.add
                      i32.load
                      local.tee 10
                      i32.store offset=104
                      local.get 5
                      local.get 10
                      i32.store offset=96
                      local.get 4
                      i32.const -1
                      i32.add
                      local.set 4
                      local.get 2
                      i32.const 8
                      i32.add
                      local.set 2
                      local.get 5
                      i32.const 136
                      i32.add
                      local.get 5
                      i32.const 96
                      i32.add
                      call 57
                      br 0 (;@8;)
                    end
                  end
                  local.get 5
                  local.get 11
                  i32.store offset=268
                  local.get 5
                  local.get 7
                  i32.store offset=264
                  local.get 5
                  local.get 11
                  i32.store offset=260
                  local.get 5
                  local.get 9
                  i32.store offset=256
                  local.get 5
                  local.get 8
                  i32.store offset=252
                  local.get 5
                  local.get 9
                  i32.store offset=248
                  local.get 5
                  local.get 5
                  i64.load offset=136 align=4
                  i64.store offset=272 align=4
                  local.get 5
                  local.get 5
                  i32.load offset=144
                  i32.store offset=280
                  local.get 5
                  local.get 6
                  i32.store8 offset=284
                end
                local.get 5
                i32.const 168
                i32.add
                local.get 5
                i32.const 76
                i32.add
                i32.const 1049514
                i32.const 24
                local.get 5
                i32.const 248
                i32.add
                call 48
                i32.const 1049538
                i32.const 3
                local.get 5
                i32.const 248
                i32.add
                call 10
                block ;; label = @6
                  block ;; label = @7
                    local.get 5
                    i32.load8_u offset=248
                    i32.eqz
                    br_if 0 (;@7;)
                    local.get 5
                    i32.load offset=272
                    local.set 2
                    local.get 5
                    i32.load offset=260
                    local.set 11
                    local.get 5
                    i32.load offset=256
                    local.set 9
                    local.get 5
                    i32.const 96
                    i32.add
                    local.get 5
                    i32.load offset=276
                    local.tee 4
                    call 56
                    block ;; label = @8
                      loop ;; label = @9
                        local.get 4
                        i32.eqz
                        br_if 1 (;@8;)
                        local.get 5
                        local.get 2
                        i32.load
                        i32.store offset=172
                        local.get 5
                        local.get 2
                        i32.const 4
                        i32.add
                        i32.load
                        local.tee 10
                        i32.store offset=176
                        local.get 5
                        local.get 10
                        i32.store offset=168
                        local.get 4
                        i32.const -1
                        i32.add
                        local.set 4
                        local.get 2
                        i32.const 8
                        i32.add
                        local.set 2
                        local.get 5
                        i32.const 96
                        i32.add
                        local.get 5
                        i32.const 168
                        i32.add
                        call 57
                        br 0 (;@9;)
                      end
                    end
                    local.get 11
                    i32.const -2147483648
                    i32.eq
                    br_if 0 (;@7;)
                    local.get 5
                    local.get 11
                    i32.store offset=176
                    local.get 5
                    local.get 9
                    i32.store offset=172
                    local.get 5
                    local.get 11
                    i32.store offset=168
                    br 1 (;@6;)
                  end
                  local.get 5
                  i32.const 168
                  i32.add
                  i32.const 1049845
                  i32.const 2
                  call 45
                end
                local.get 5
                i32.const 25
                i32.store offset=252
                local.get 5
                i32.const 1049541
                i32.store offset=248
                local.get 5
                local.get 5
                i64.load offset=168 align=4
                i64.store offset=256 align=4
                local.get 5
                local.get 5
                i32.load offset=176
                i32.store offset=264
                local.get 5
                i32.const 76
                i32.add
                local.get 5
                i32.const 248
                i32.add
                call 47
                i32.const 1049566
                i32.const 5
                local.get 5
                i32.const 248
                i32.add
                call 11
                block ;; label = @6
                  block ;; label = @7
                    local.get 5
                    i32.load8_u offset=248
                    i32.eqz
                    br_if 0 (;@7;)
                    local.get 5
                    i32.load offset=272
                    local.set 2
                    local.get 5
                    i32.load offset=260
                    local.set 11
                    local.get 5
                    i32.load offset=256
                    local.set 9
                    local.get 5
                    i32.const 96
                    i32.add
                    local.get 5
                    i32.load offset=276
                    local.tee 4
                    call 56
                    block ;; label = @8
                      loop ;; label = @9
                        local.get 4
                        i32.eqz
                        br_if 1 (;@8;)
                        local.get 5
                        local.get 2
                        i32.load
                        i32.store offset=172
                        local.get 5
                        local.get 2
                        i32.const 4
                        i32.add
                        i32.load
                        local.tee 10
                        i32.store offset=176
                        local.get 5
                        local.get 10
                        i32.store offset=168
                        local.get 4
                        i32.const -1
                        i32.add
                        local.set 4
                        local.get 2
                        i32.const 8
                        i32.add
                        local.set 2
                        local.get 5
                        i32.const 96
                        i32.add
                        local.get 5
                        i32.const 168
                        i32.add
                        call 57
                        br 0 (;@9;)
                      end
                    end
                    local.get 11
                    i32.const -2147483648
                    i32.eq
                    br_if 0 (;@7;)
                    local.get 5
                    local.get 11
                    i32.store offset=176
                    local.get 5
                    local.get 9
                    i32.store offset=172
                    local.get 5
                    local.get 11
                    i32.store offset=168
                    br 1 (;@6;)
                  end
                  local.get 5
                  i32.const 168
                  i32.add
                  i32.const 1049845
                  i32.const 2
                  call 45
                end
                local.get 5
                i32.const 28
                i32.store offset=252
                local.get 5
                i32.const 1049571
                i32.store offset=248
                local.get 5
                local.get 5
                i64.load offset=168 align=4
                i64.store offset=256 align=4
                local.get 5
                local.get 5
                i32.load offset=176
                i32.store offset=264
                local.get 5
                i32.const 76
                i32.add
                local.get 5
                i32.const 248
                i32.add
                call 47
                i32.const 1049599
                i32.const 3
                local.get 5
                i32.const 248
                i32.add
                call 12
                block ;; label = @6
                  local.get 5
                  i32.load8_u offset=248
                  br_if 0 (;@6;)
                  local.get 5
                  i32.load offset=252
                  local.set 11
                  br 2 (;@4;)
                end
                local.get 5
                i32.load offset=272
                local.set 2
                local.get 5
                i32.load offset=260
                local.set 9
                local.get 5
                i32.load offset=256
                local.set 11
                local.get 5
                i32.const 96
                i32.add
                local.get 5
                i32.load offset=276
                local.tee 4
                call 56
                block ;; label = @6
                  loop ;; label = @7
                    local.get 4
                    i32.eqz
                    br_if 1 (;@6;)
                    local.get 5
                    local.get 2
                    i32.load
                    i32.store offset=172
                    local.get 5
                    local.get 2
                    i32.const 4
                    i32.add
                    i32.load
                    local.tee 10
                    i32.store offset=176
                    local.get 5
                    local.get 10
                    i32.store offset=168
                    local.get 4
                    i32.const -1
                    i32.add
                    local.set 4
                    local.get 2
                    i32.const 8
                    i32.add
                    local.set 2
                    local.get 5
                    i32.const 96
                    i32.add
                    local.get 5
                    i32.const 168
                    i32.add
                    call 57
                    br 0 (;@7;)
                  end
                end
                local.get 9
                i32.const -2147483648
                i32.eq
                br_if 1 (;@4;)
                local.get 5
                local.get 9
                i32.store offset=176
                local.get 5
                local.get 11
                i32.store offset=172
                local.get 5
                local.get 9
                i32.store offset=168
                i32.const 0
                local.set 2
                i32.const 1
                local.set 12
                br 2 (;@3;)
              end
              local.get 5
              i32.const 248
              i32.add
              call 44
              local.get 5
              i32.load offset=248
              i32.const -2147483648
              i32.eq
              br_if 2 (;@2;)
              i32.const 0
              local.get 5
              i32.load8_u offset=284
              i32.store8 offset=1049964
              i32.const 0
              i32.const 1
              i32.store8 offset=1049960
              local.get 5
              i32.load offset=276
              local.set 2
              local.get 5
              i32.load offset=280
              local.set 9
              local.get 5
              i32.const 64
              i32.add
              local.get 5
              i32.const 248
              i32.add
              call 66
              i32.const 0
              local.get 5
              i64.load offset=64
              i64.store offset=1049968
              local.get 5
              i32.const 56
              i32.add
              local.get 5
              i32.const 248
              i32.add
              i32.const 12
              i32.add
              call 66
              i32.const 0
              local.get 5
              i64.load offset=56
              i64.store offset=1049976
              local.get 5
              i32.const 168
              i32.add
              i32.const 4
              local.get 9
              i32.const 3
              i32.shl
              call 82
              local.get 9
              i32.const 12
              i32.mul
              local.set 4
              local.get 5
              i32.load offset=168
              local.tee 7
              local.set 10
              block ;; label = @5
                loop ;; label = @6
                  local.get 4
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 2
                  i32.load
                  local.tee 11
                  i32.const -2147483648
                  i32.eq
                  br_if 1 (;@5;)
                  local.get 5
                  local.get 2
                  i64.load offset=4 align=4
                  i64.store offset=172 align=4
                  local.get 5
                  local.get 11
                  i32.store offset=168
                  local.get 5
                  i32.const 48
                  i32.add
                  local.get 5
                  i32.const 168
                  i32.add
                  call 66
                  local.get 10
                  local.get 5
                  i64.load offset=48
                  i64.store align=4
                  local.get 10
                  i32.const 8
                  i32.add
                  local.set 10
                  local.get 4
                  i32.const -12
                  i32.add
                  local.set 4
                  local.get 2
                  i32.const 12
                  i32.add
                  local.set 2
                  br 0 (;@6;)
                end
              end
              i32.const 0
              local.get 7
              i32.store offset=1049984
              i32.const 0
              local.get 9
              i32.store offset=1049988
              br 3 (;@1;)
            end
            local.get 5
            i32.const 168
            i32.add
            i32.const 1049845
            i32.const 2
            call 45
            local.get 5
            local.get 11
            i32.store offset=92
            i32.const 1
            local.set 2
            i32.const 0
            local.set 12
          end
          local.get 5
          local.get 2
          i32.store offset=88
          local.get 5
          i32.const 12
          i32.store offset=252
          local.get 5
          i32.const 1049602
          i32.store offset=248
          local.get 5
          local.get 5
          i64.load offset=168 align=4
          i64.store offset=256 align=4
          local.get 5
          local.get 5
          i32.load offset=176
          i32.store offset=264
          local.get 5
          i32.const 76
          i32.add
          local.get 5
          i32.const 248
          i32.add
          call 47
          block ;; label = @3
            local.get 2
            i32.eqz
            br_if 0 (;@3;)
            local.get 5
            i32.load offset=92
            local.get 5
            i32.const 168
            i32.add
            call 13
            block ;; label = @4
              block ;; label = @5
                local.get 5
                i32.load8_u offset=168
                br_if 0 (;@5;)
                local.get 5
                local.get 5
                i32.load offset=176
                local.tee 2
                i32.store offset=260
                local.get 5
                local.get 5
                i32.load offset=172
                i32.store offset=256
                local.get 5
                local.get 2
                i32.store offset=252
                local.get 5
                i32.const -2147483648
                i32.store offset=248
                br 1 (;@4;)
              end
              local.get 5
              i32.load offset=192
              local.set 2
              local.get 5
              i32.load offset=188
              local.set 11
              local.get 5
              i32.load offset=184
              local.set 7
              local.get 5
              i32.load offset=180
              local.set 9
              local.get 5
              i32.load offset=176
              local.set 8
              local.get 5
              i32.load8_u offset=172
              local.set 6
              local.get 5
              i32.const 136
              i32.add
              local.get 5
              i32.load offset=196
              local.tee 4
              call 56
              block ;; label = @5
                loop ;; label = @6
                  local.get 4
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 5
                  local.get 2
                  i32.load
                  i32.store offset=100
                  local.get 5
                  local.get 2
                  i32.const 4
                  i32.add
                  i32.load
                  local.tee 10
                  i32.store offset=104
                  local.get 5
                  local.get 10
                  i32.store offset=96
                  local.get 4
                  i32.const -1
                  i32.add
                  local.set 4
                  local.get 2
                  i32.const 8
                  i32.add
                  local.set 2
                  local.get 5
                  i32.const 136
                  i32.add
                  local.get 5
                  i32.const 96
                  i32.add
                  call 57
                  br 0 (;@6;)
                end
              end
              local.get 5
              local.get 11
              i32.store offset=268
              local.get 5
              local.get 7
              i32.store offset=264
              local.get 5
              local.get 11
              i32.store offset=260
              local.get 5
              local.get 9
              i32.store offset=256
              local.get 5
              local.get 8
              i32.store offset=252
              local.get 5
              local.get 9
              i32.store offset=248
              local.get 5
              local.get 5
              i64.load offset=136 align=4
              i64.store offset=272 align=4
              local.get 5
              local.get 5
              i32.load offset=144
              i32.store offset=280
              local.get 5
              local.get 6
              i32.store8 offset=284
            end
            local.get 5
            i32.const 168
            i32.add
            local.get 5
            i32.const 76
            i32.add
            i32.const 1049614
            i32.const 14
            local.get 5
            i32.const 248
            i32.add
            call 46
            local.get 5
            i32.const 136
            i32.add
            local.get 0
            local.get 1
            i32.const 1049195
            i32.const 3
            call 51
            local.get 5
            i32.load offset=140
            local.get 5
            i32.load offset=144
            i32.const 1
            i32.const 0
            i32.const 0
            i32.const 0
            i32.const 0
            i32.const 0
            i32.const 0
            local.get 5
            i32.const 248
            i32.add
            call 14
            block ;; label = @4
              block ;; label = @5
                block ;; label = @6
                  local.get 5
                  i32.load8_u offset=248
                  br_if 0 (;@6;)
                  local.get 5
                  i32.load offset=252
                  local.set 13
                  br 1 (;@5;)
                end
                local.get 5
                i32.load offset=272
                local.set 2
                local.get 5
                i32.load offset=260
                local.set 11
                local.get 5
                i32.load offset=256
                local.set 13
                local.get 5
                i32.const 96
                i32.add
                local.get 5
                i32.load offset=276
                local.tee 4
                call 56
                block ;; label = @6
                  loop ;; label = @7
                    local.get 4
                    i32.eqz
                    br_if 1 (;@6;)
                    local.get 5
                    local.get 2
                    i32.load
                    i32.store offset=172
                    local.get 5
                    local.get 2
                    i32.const 4
                    i32.add
                    i32.load
                    local.tee 10
                    i32.store offset=176
                    local.get 5
                    local.get 10
                    i32.store offset=168
                    local.get 4
                    i32.const -1
                    i32.add
                    local.set 4
                    local.get 2
                    i32.const 8
                    i32.add
                    local.set 2
                    local.get 5
                    i32.const 96
                    i32.add
                    local.get 5
                    i32.const 168
                    i32.add
                    call 57
                    br 0 (;@7;)
                  end
                end
                local.get 11
                i32.const -2147483648
                i32.eq
                br_if 0 (;@5;)
                local.get 5
                local.get 11
                i32.store offset=176
                local.get 5
                local.get 13
                i32.store offset=172
                local.get 5
                local.get 11
                i32.store offset=168
                i32.const 0
                local.set 2
                br 1 (;@4;)
              end
              local.get 5
              i32.const 168
              i32.add
              i32.const 1049845
              i32.const 2
              call 45
              i32.const 1
              local.set 2
            end
            local.get 5
            i32.const 88
            i32.add
            i32.const 4
            i32.add
            local.set 14
            local.get 5
            i32.const 9
            i32.store offset=252
            local.get 5
            i32.const 1049350
            i32.store offset=248
            local.get 5
            local.get 5
            i64.load offset=168 align=4
            i64.store offset=256 align=4
            local.get 5
            local.get 5
            i32.load offset=176
            i32.store offset=264
            local.get 5
            i32.const 76
            i32.add
            local.get 5
            i32.const 248
            i32.add
            call 47
            block ;; label = @4
              local.get 2
              i32.eqz
              br_if 0 (;@4;)
              local.get 13
              i32.const 1049359
              i32.const 6
              local.get 5
              i32.load offset=92
              local.get 5
              i32.const 168
              i32.add
              call 15
              block ;; label = @5
                block ;; label = @6
                  local.get 5
                  i32.load8_u offset=168
                  br_if 0 (;@6;)
                  local.get 5
                  i32.const -2147483648
                  i32.store offset=248
                  br 1 (;@5;)
                end
                local.get 5
                i32.load offset=192
                local.set 2
                local.get 5
                i32.load offset=188
                local.set 11
                local.get 5
                i32.load offset=184
                local.set 7
                local.get 5
                i32.load offset=180
                local.set 9
                local.get 5
                i32.load offset=176
                local.set 8
                local.get 5
                i32.load8_u offset=172
                local.set 6
                local.get 5
                i32.const 136
                i32.add
                local.get 5
                i32.load offset=196
                local.tee 4
                call 56
                block ;; label = @6
                  loop ;; label = @7
                    local.get 4
                    i32.eqz
                    br_if 1 (;@6;)
                    local.get 5
                    local.get 2
                    i32.load
                    i32.store offset=100
                    local.get 5
                    local.get 2
                    i32.const 4
                    i32.add
                    i32.load
                    local.tee 10
                    i32.store offset=104
                    local.get 5
                    local.get 10
                    i32.store offset=96
                    local.get 4
                    i32.const -1
                    i32.add
                    local.set 4
                    local.get 2
                    i32.const 8
                    i32.add
                    local.set 2
                    local.get 5
                    i32.const 136
                    i32.add
                    local.get 5
                    i32.const 96
                    i32.add
                    call 57
                    br 0 (;@7;)
                  end
                end
                local.get 5
                local.get 11
                i32.store offset=268
                local.get 5
                local.get 7
                i32.store offset=264
                local.get 5
                local.get 11
                i32.store offset=260
                local.get 5
                local.get 9
                i32.store offset=256
                local.get 5
                local.get 8
                i32.store offset=252
                local.get 5
                local.get 9
                i32.store offset=248
                local.get 5
                local.get 5
                i64.load offset=136 align=4
                i64.store offset=272 align=4
                local.get 5
                local.get 5
                i32.load offset=144
                i32.store offset=280
                local.get 5
                local.get 6
                i32.store8 offset=284
              end
              local.get 5
              i32.const 76
              i32.add
              i32.const 1049365
              i32.const 14
              local.get 5
              i32.const 248
              i32.add
              call 49
              local.get 13
              i32.const 1049379
              i32.const 11
              local.get 5
              i32.load offset=92
              local.get 5
              i32.const 168
              i32.add
              call 16
              block ;; label = @5
                block ;; label = @6
                  local.get 5
                  i32.load8_u offset=168
                  br_if 0 (;@6;)
                  local.get 5
                  i32.const -2147483648
                  i32.store offset=248
                  br 1 (;@5;)
                end
                local.get 5
                i32.load offset=192
                local.set 2
                local.get 5
                i32.load offset=188
                local.set 11
                local.get 5
                i32.load offset=184
                local.set 7
                local.get 5
                i32.load offset=180
                local.set 9
                local.get 5
                i32.load offset=176
                local.set 8
                local.get 5
                i32.load8_u offset=172
                local.set 6
                local.get 5
                i32.const 136
                i32.add
                local.get 5
                i32.load offset=196
                local.tee 4
                call 56
                block ;; label = @6
                  loop ;; label = @7
                    local.get 4
                    i32.eqz
                    br_if 1 (;@6;)
                    local.get 5
                    local.get 2
                    i32.load
                    i32.store offset=100
                    local.get 5
                    local.get 2
                    i32.const 4
                    i32.add
                    i32.load
                    local.tee 10
                    i32.store offset=104
                    local.get 5
                    local.get 10
                    i32.store offset=96
                    local.get 4
                    i32.const -1
                    i32.add
                    local.set 4
                    local.get 2
                    i32.const 8
                    i32.add
                    local.set 2
                    local.get 5
                    i32.const 136
                    i32.add
                    local.get 5
                    i32.const 96
                    i32.add
                    call 57
                    br 0 (;@7;)
                  end
                end
                local.get 5
                local.get 11
                i32.store offset=268
                local.get 5
                local.get 7
                i32.store offset=264
                local.get 5
                local.get 11
                i32.store offset=260
                local.get 5
                local.get 9
                i32.store offset=256
                local.get 5
                local.get 8
                i32.store offset=252
                local.get 5
                local.get 9
                i32.store offset=248
                local.get 5
                local.get 5
                i64.load offset=136 align=4
                i64.store offset=272 align=4
                local.get 5
                local.get 5
                i32.load offset=144
                i32.store offset=280
                local.get 5
                local.get 6
                i32.store8 offset=284
              end
              local.get 5
              i32.const 76
              i32.add
              i32.const 1049390
              i32.const 15
              local.get 5
              i32.const 248
              i32.add
              call 49
              local.get 5
              i32.const 96
              i32.add
              i32.const 1049405
              i32.const 4
              call 45
              local.get 5
              i32.const 168
              i32.add
              i32.const 1049409
              i32.const 1
              call 45
              i32.const 4
              i32.const 24
              call 37
              local.set 9
              local.get 5
              i32.const 248
              i32.add
              i32.const 1049410
              i32.const 6
              call 45
              local.get 5
              i32.const 260
              i32.add
              i32.const 1049416
              i32.const 3
              call 45
              local.get 9
              local.get 5
              i64.load offset=264 align=4
              i64.store offset=16 align=4
              local.get 9
              local.get 5
              v128.load offset=248 align=4
              v128.store align=4
              local.get 5
              i32.const 248
              i32.add
              i32.const 1049379
              i32.const 11
              call 45
              local.get 5
              i32.load offset=256
              local.set 8
              local.get 5
              i32.load offset=252
              local.set 6
              local.get 5
              i32.load offset=176
              local.set 15
              local.get 5
              i32.load offset=172
              local.set 16
              local.get 5
              i32.load offset=104
              local.set 17
              local.get 5
              i32.load offset=100
              local.set 18
              local.get 5
              i32.const 248
              i32.add
              i32.const 4
              i32.const 16
              call 82
              local.get 5
              i32.load offset=260
              local.set 19
              local.get 5
              i32.load offset=256
              local.set 20
              local.get 5
              i32.load offset=252
              local.set 21
              local.get 5
              i32.load offset=248
              local.set 7
              i32.const 0
              local.set 4
              i32.const 0
              local.set 2
              block ;; label = @5
                loop ;; label = @6
                  local.get 2
                  i32.const 24
                  i32.eq
                  br_if 1 (;@5;)
                  local.get 7
                  local.get 4
                  i32.add
                  local.tee 10
                  local.get 9
                  local.get 2
                  i32.add
                  local.tee 11
                  i32.const 4
                  i32.add
                  i64.load align=4
                  i64.store align=4
                  local.get 10
                  i32.const 8
                  i32.add
                  local.get 11
                  i32.const 16
                  i32.add
                  i64.load align=4
                  i64.store align=4
                  local.get 4
                  i32.const 16
                  i32.add
                  local.set 4
                  local.get 2
                  i32.const 24
                  i32.add
                  local.set 2
                  br 0 (;@6;)
                end
              end
              local.get 13
              local.get 18
              local.get 17
              local.get 16
              local.get 15
              local.get 7
              i32.const 1
              local.get 6
              local.get 8
              i32.const 1
              i32.const 10000
              local.get 5
              i32.const 248
              i32.add
              call 17
              local.get 5
              i32.load offset=260
              local.set 16
              local.get 5
              i32.load offset=256
              local.set 4
              block ;; label = @5
                block ;; label = @6
                  local.get 5
                  i32.load8_u offset=248
                  br_if 0 (;@6;)
                  local.get 5
                  i32.load16_u offset=252
                  local.set 17
                  local.get 5
                  i32.const 40
                  i32.add
                  local.get 16
                  i32.const 4
                  i32.const 24
                  call 65
                  local.get 5
                  local.get 5
                  i32.load offset=44
                  local.tee 15
                  i32.store offset=172
                  local.get 5
                  local.get 5
                  i32.load offset=40
                  i32.store offset=168
                  i32.const 0
                  local.set 11
                  i32.const 0
                  local.set 10
                  block ;; label = @7
                    loop ;; label = @8
                      local.get 5
                      local.get 10
                      i32.store offset=176
                      local.get 16
                      local.get 10
                      i32.eq
                      br_if 1 (;@7;)
                      local.get 4
                      i32.const 12
                      i32.add
                      i32.load
                      local.set 9
                      local.get 4
                      i32.const 8
                      i32.add
                      i32.load
                      local.set 8
                      local.get 4
                      i32.const 4
                      i32.add
                      i32.load
                      local.set 7
                      local.get 4
                      i32.load
                      local.set 6
                      block ;; label = @9
                        local.get 10
                        local.get 5
                        i32.load offset=168
                        i32.ne
                        br_if 0 (;@9;)
                        local.get 5
                        i32.const 168
                        i32.add
                        call 73
                        local.get 5
                        i32.load offset=172
                        local.set 15
                      end
                      local.get 15
                      local.get 11
                      i32.add
                      local.tee 2
                      local.get 7
                      i32.store
                      local.get 2
                      i32.const 20
                      i32.add
                      local.get 9
                      i32.store
                      local.get 2
                      i32.const 16
                      i32.add
                      local.get 8
                      i32.store
                      local.get 2
                      i32.const 12
                      i32.add
                      local.get 9
                      i32.store
                      local.get 2
                      i32.const 8
                      i32.add
                      local.get 7
                      i32.store
                      local.get 2
                      i32.const 4
                      i32.add
                      local.get 6
                      i32.store
                      local.get 10
                      i32.const 1
                      i32.add
                      local.set 10
                      local.get 11
                      i32.const 24
                      i32.add
                      local.set 11
                      local.get 4
                      i32.const 16
                      i32.add
                      local.set 4
                      br 0 (;@8;)
                    end
                  end
                  i32.const -2147483648
                  local.set 16
                  local.get 5
                  i32.load offset=172
                  local.set 2
                  local.get 5
                  i32.load offset=168
                  local.set 4
                  local.get 5
                  i32.load offset=268
                  local.set 10
                  local.get 5
                  i32.load offset=264
                  local.set 9
                  br 1 (;@5;)
                end
                local.get 5
                i32.load offset=272
                local.set 2
                local.get 5
                i32.load offset=268
                local.set 9
                local.get 5
                i32.const 96
                i32.add
                local.get 5
                i32.load offset=276
                local.tee 10
                call 56
                block ;; label = @6
                  loop ;; label = @7
                    local.get 10
                    i32.eqz
                    br_if 1 (;@6;)
                    local.get 5
                    local.get 2
                    i32.load
                    i32.store offset=172
                    local.get 5
                    local.get 2
                    i32.const 4
                    i32.add
                    i32.load
                    local.tee 11
                    i32.store offset=176
                    local.get 5
                    local.get 11
                    i32.store offset=168
                    local.get 10
                    i32.const -1
                    i32.add
                    local.set 10
                    local.get 2
                    i32.const 8
                    i32.add
                    local.set 2
                    local.get 5
                    i32.const 96
                    i32.add
                    local.get 5
                    i32.const 168
                    i32.add
                    call 57
                    br 0 (;@7;)
                  end
                end
                local.get 5
                i32.load16_u offset=100
                local.set 17
                local.get 5
                i32.load offset=96
                local.set 10
                local.get 16
                local.set 2
              end
              block ;; label = @5
                local.get 21
                i32.eqz
                br_if 0 (;@5;)
                local.get 20
                i32.eqz
                br_if 0 (;@5;)
                local.get 20
                i32.eqz
                br_if 0 (;@5;)
                local.get 19
                i32.const 255
                local.get 20
                memory.fill
              end
              block ;; label = @5
                block ;; label = @6
                  local.get 16
                  i32.const -2147483648
                  i32.eq
                  br_if 0 (;@6;)
                  local.get 5
                  local.get 4
                  i32.store offset=172
                  local.get 5
                  local.get 16
                  i32.store offset=168
                  local.get 5
                  local.get 2
                  i32.store offset=176
                  local.get 5
                  i32.const 9
                  i32.store offset=252
                  local.get 5
                  i32.const 1049419
                  i32.store offset=248
                  local.get 5
                  local.get 5
                  i64.load offset=168 align=4
                  i64.store offset=256 align=4
                  local.get 5
                  local.get 2
                  i32.store offset=264
                  local.get 5
                  i32.const 76
                  i32.add
                  local.get 5
                  i32.const 248
                  i32.add
                  call 47
                  br 1 (;@5;)
                end
                local.get 5
                i32.const 168
                i32.add
                i32.const 1049845
                i32.const 2
                call 45
                local.get 5
                i32.const 9
                i32.store offset=252
                local.get 5
                i32.const 1049419
                i32.store offset=248
                local.get 5
                local.get 5
                i64.load offset=168 align=4
                i64.store offset=256 align=4
                local.get 5
                local.get 5
                i32.load offset=176
                i32.store offset=264
                local.get 5
                i32.const 76
                i32.add
                local.get 5
                i32.const 248
                i32.add
                call 47
                local.get 4
                i32.const -2147483648
                i32.eq
                br_if 0 (;@5;)
                i32.const 0
                local.set 2
                block ;; label = @6
                  local.get 17
                  i32.const 65535
                  i32.and
                  i32.const 200
                  i32.ne
                  br_if 0 (;@6;)
                  local.get 9
                  local.get 10
                  call 64
                  local.set 2
                end
                local.get 5
                i32.const 76
                i32.add
                i32.const 1049432
                i32.const 13
                local.get 2
                call 50
              end
              local.get 13
              local.get 5
              i32.const 168
              i32.add
              call 18
              block ;; label = @5
                block ;; label = @6
                  local.get 5
                  i32.load8_u offset=168
                  br_if 0 (;@6;)
                  local.get 5
                  local.get 5
                  i32.load offset=176
                  local.tee 2
                  i32.store offset=260
                  local.get 5
                  local.get 5
                  i32.load offset=172
                  i32.store offset=256
                  local.get 5
                  local.get 2
                  i32.store offset=252
                  local.get 5
                  i32.const -2147483648
                  i32.store offset=248
                  br 1 (;@5;)
                end
                local.get 5
                i32.load offset=192
                local.set 2
                local.get 5
                i32.load offset=188
                local.set 11
                local.get 5
                i32.load offset=184
                local.set 7
                local.get 5
                i32.load offset=180
                local.set 9
                local.get 5
                i32.load offset=176
                local.set 8
                local.get 5
                i32.load8_u offset=172
                local.set 6
                local.get 5
                i32.const 136
                i32.add
                local.get 5
                i32.load offset=196
                local.tee 4
                call 56
                block ;; label = @6
                  loop ;; label = @7
                    local.get 4
                    i32.eqz
                    br_if 1 (;@6;)
                    local.get 5
                    local.get 2
                    i32.load
                    i32.store offset=100
                    local.get 5
                    local.get 2
                    i32.const 4
                    i32.add
                    i32.load
                    local.tee 10
                    i32.store offset=104
                    local.get 5
                    local.get 10
                    i32.store offset=96
                    local.get 4
                    i32.const -1
                    i32.add
                    local.set 4
                    local.get 2
                    i32.const 8
                    i32.add
                    local.set 2
                    local.get 5
                    i32.const 136
                    i32.add
                    local.get 5
                    i32.const 96
                    i32.add
                    call 57
                    br 0 (;@7;)
                  end
                end
                local.get 5
                local.get 11
                i32.store offset=268
                local.get 5
                local.get 7
                i32.store offset=264
                local.get 5
                local.get 11
                i32.store offset=260
                local.get 5
                local.get 9
                i32.store offset=256
                local.get 5
                local.get 8
                i32.store offset=252
                local.get 5
                local.get 9
                i32.store offset=248
                local.get 5
                local.get 5
                i64.load offset=136 align=4
                i64.store offset=272 align=4
                local.get 5
                local.get 5
                i32.load offset=144
                i32.store offset=280
                local.get 5
                local.get 6
                i32.store8 offset=284
              end
              local.get 5
              i32.const 168
              i32.add
              local.get 5
              i32.const 76
              i32.add
              i32.const 1049445
              i32.const 18
              local.get 5
              i32.const 248
              i32.add
              call 48
              local.get 13
              i32.const -1
              i32.eq
              br_if 0 (;@4;)
              local.get 13
              call 19
            end
            local.get 5
            i32.const 96
            i32.add
            local.get 0
            local.get 1
            i32.const 1049102
            i32.const 4
            call 51
            local.get 5
            i32.const 108
            i32.add
            i32.const 1049773
            i32.const 4
            call 45
            local.get 5
            i32.const 120
            i32.add
            i32.const 1049777
            i32.const 16
            call 45
            local.get 5
            i32.const 22
            i32.store16 offset=132
            local.get 5
            i32.const 248
            i32.add
            local.get 5
            i32.const 96
            i32.add
            i32.const 0
            local.get 14
            call 55
            block ;; label = @4
              block ;; label = @5
                block ;; label = @6
                  block ;; label = @7
                    local.get 5
                    i32.load offset=248
                    i32.const -2147483648
                    i32.ne
                    br_if 0 (;@7;)
                    local.get 5
                    local.get 5
                    i32.load offset=252
                    local.tee 8
                    i32.store offset=172
                    local.get 5
                    i32.const -2147483648
                    i32.store offset=168
                    br 1 (;@6;)
                  end
                  local.get 5
                  i32.const 168
                  i32.add
                  local.get 5
                  i32.const 96
                  i32.add
                  i32.const 1
                  local.get 14
                  call 55
                  local.get 5
                  i32.load offset=168
                  i32.const -2147483648
                  i32.ne
                  br_if 1 (;@5;)
                  local.get 5
                  i32.load offset=172
                  local.set 8
                end
                local.get 5
                i32.const 136
                i32.add
                i32.const 1049845
                i32.const 2
                call 45
                i32.const 1
                local.set 2
                br 1 (;@4;)
              end
              local.get 5
              local.get 5
              i32.load offset=176
              i32.store offset=144
              local.get 5
              local.get 5
              i64.load offset=168 align=4
              i64.store offset=136
              i32.const 0
              local.set 2
            end
            local.get 5
            i32.const 8
            i32.store offset=252
            local.get 5
            i32.const 1049793
            i32.store offset=248
            local.get 5
            local.get 5
            i64.load offset=136
            i64.store offset=256 align=4
            local.get 5
            local.get 5
            i32.load offset=144
            i32.store offset=264
            local.get 5
            i32.const 76
            i32.add
            local.get 5
            i32.const 248
            i32.add
            call 47
            local.get 2
            i32.eqz
            br_if 0 (;@3;)
            i32.const 4
            i32.const 12
            call 37
            local.set 10
            local.get 5
            i32.const 248
            i32.add
            i32.const 1049801
            i32.const 4
            call 45
            local.get 10
            local.get 5
            i32.load offset=256
            i32.store offset=8
            local.get 10
            local.get 5
            i64.load offset=248 align=4
            i64.store align=4
            i32.const 4
            i32.const 24
            call 37
            local.set 9
            local.get 5
            i32.const 248
            i32.add
            i32.const 1049805
            i32.const 3
            call 45
            local.get 5
            i32.const 248
            i32.add
            i32.const 12
            i32.add
            i32.const 1049466
            i32.const 5
            call 45
            local.get 9
            local.get 5
            i64.load offset=264 align=4
            i64.store offset=16 align=4
            local.get 9
            local.get 5
            v128.load offset=248 align=4
            v128.store align=4
            local.get 5
            i32.const 248
            i32.add
            i32.const 4
            i32.const 8
            call 82
            local.get 5
            i32.load offset=260
            local.set 20
            local.get 5
            i32.load offset=256
            local.set 6
            local.get 5
            i32.load offset=252
            local.set 16
            i32.const 0
            local.set 2
            local.get 5
            i32.load offset=248
            local.tee 13
            local.set 4
            block ;; label = @4
              loop ;; label = @5
                local.get 2
                i32.const 12
                i32.eq
                br_if 1 (;@4;)
                local.get 4
                local.get 10
                local.get 2
                i32.add
                i32.const 4
                i32.add
                i64.load align=4
                i64.store align=4
                local.get 4
                i32.const 8
                i32.add
                local.set 4
                local.get 2
                i32.const 12
                i32.add
                local.set 2
                br 0 (;@5;)
              end
            end
            local.get 5
            i32.const 248
            i32.add
            i32.const 4
            i32.const 16
            call 82
            local.get 5
            i32.load offset=260
            local.set 17
            local.get 5
            i32.load offset=256
            local.set 15
            local.get 5
            i32.load offset=252
            local.set 14
            local.get 5
            i32.load offset=248
            local.set 7
            i32.const 0
            local.set 4
            i32.const 0
            local.set 2
            block ;; label = @4
              loop ;; label = @5
                local.get 2
                i32.const 24
                i32.eq
                br_if 1 (;@4;)
                local.get 7
                local.get 4
                i32.add
                local.tee 10
                local.get 9
                local.get 2
                i32.add
                local.tee 11
                i32.const 4
                i32.add
                i64.load align=4
                i64.store align=4
                local.get 10
                i32.const 8
                i32.add
                local.get 11
                i32.const 16
                i32.add
                i64.load align=4
                i64.store align=4
                local.get 4
                i32.const 16
                i32.add
                local.set 4
                local.get 2
                i32.const 24
                i32.add
                local.set 2
                br 0 (;@5;)
              end
            end
            local.get 8
            local.get 13
            i32.const 1
            local.get 7
            i32.const 1
            i32.const 1
            i32.const 0
            i32.const 0
            i32.const 0
            local.get 5
            i32.const 248
            i32.add
            call 20
            local.get 5
            i32.load offset=260
            local.set 9
            local.get 5
            i32.load offset=256
            local.set 11
            block ;; label = @4
              block ;; label = @5
                local.get 5
                i32.load8_u offset=248
                br_if 0 (;@5;)
                i32.const -2147483648
                local.set 2
                local.get 9
                local.set 4
                br 1 (;@4;)
              end
              local.get 5
              i32.load offset=272
              local.set 2
              local.get 5
              i32.const 224
              i32.add
              local.get 5
              i32.load offset=276
              local.tee 4
              call 56
              block ;; label = @5
                loop ;; label = @6
                  local.get 4
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 5
                  local.get 2
                  i32.load
                  i32.store offset=140
                  local.get 5
                  local.get 2
                  i32.const 4
                  i32.add
                  i32.load
                  local.tee 10
                  i32.store offset=144
                  local.get 5
                  local.get 10
                  i32.store offset=136
                  local.get 4
                  i32.const -1
                  i32.add
                  local.set 4
                  local.get 2
                  i32.const 8
                  i32.add
                  local.set 2
                  local.get 5
                  i32.const 224
                  i32.add
                  local.get 5
                  i32.const 136
                  i32.add
                  call 57
                  br 0 (;@6;)
                end
              end
              local.get 9
              local.set 2
              local.get 11
              local.set 4
              local.get 9
              local.set 11
            end
            block ;; label = @4
              local.get 14
              i32.eqz
              br_if 0 (;@4;)
              local.get 15
              i32.eqz
              br_if 0 (;@4;)
              local.get 15
              i32.eqz
              br_if 0 (;@4;)
              local.get 17
              i32.const 255
              local.get 15
              memory.fill
            end
            block ;; label = @4
              local.get 16
              i32.eqz
              br_if 0 (;@4;)
              local.get 6
              i32.eqz
              br_if 0 (;@4;)
              local.get 6
              i32.eqz
              br_if 0 (;@4;)
              local.get 20
              i32.const 255
              local.get 6
              memory.fill
            end
            block ;; label = @4
              block ;; label = @5
                local.get 2
                i32.const -2147483648
                i32.eq
                br_if 0 (;@5;)
                local.get 5
                local.get 11
                i32.store offset=144
                local.get 5
                local.get 4
                i32.store offset=140
                local.get 5
                local.get 2
                i32.store offset=136
                br 1 (;@4;)
              end
              local.get 5
              i32.const 136
              i32.add
              i32.const 1049845
              i32.const 2
              call 45
            end
            local.get 5
            i32.const 7
            i32.store offset=252
            local.get 5
            i32.const 1049808
            i32.store offset=248
            local.get 5
            local.get 5
            i64.load offset=136 align=4
            i64.store offset=256 align=4
            local.get 5
            local.get 5
            i32.load offset=144
            i32.store offset=264
            local.get 5
            i32.const 76
            i32.add
            local.get 5
            i32.const 248
            i32.add
            call 47
            local.get 8
            i32.const 1049815
            i32.const 2
            local.get 5
            i32.const 136
            i32.add
            call 21
            block ;; label = @4
              block ;; label = @5
                local.get 5
                i32.load8_u offset=136
                br_if 0 (;@5;)
                local.get 5
                local.get 5
                i32.load offset=144
                local.tee 2
                i32.store offset=260
                local.get 5
                local.get 5
                i32.load offset=140
                i32.store offset=256
                local.get 5
                local.get 2
                i32.store offset=252
                local.get 5
                i32.const -2147483648
                i32.store offset=248
                br 1 (;@4;)
              end
              local.get 5
              i32.load offset=160
              local.set 2
              local.get 5
              i32.load offset=156
              local.set 11
              local.get 5
              i32.load offset=152
              local.set 7
              local.get 5
              i32.load offset=148
              local.set 9
              local.get 5
              i32.load offset=144
              local.set 6
              local.get 5
              i32.load8_u offset=140
              local.set 15
              local.get 5
              i32.const 212
              i32.add
              local.get 5
              i32.load offset=164
              local.tee 4
              call 56
              block ;; label = @5
                loop ;; label = @6
                  local.get 4
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 5
                  local.get 2
                  i32.load
                  i32.store offset=228
                  local.get 5
                  local.get 2
                  i32.const 4
                  i32.add
                  i32.load
                  local.tee 10
                  i32.store offset=232
                  local.get 5
                  local.get 10
                  i32.store offset=224
                  local.get 4
                  i32.const -1
                  i32.add
                  local.set 4
                  local.get 2
                  i32.const 8
                  i32.add
                  local.set 2
                  local.get 5
                  i32.const 212
                  i32.add
                  local.get 5
                  i32.const 224
                  i32.add
                  call 57
                  br 0 (;@6;)
                end
              end
              local.get 5
              local.get 11
              i32.store offset=268
              local.get 5
              local.get 7
              i32.store offset=264
              local.get 5
              local.get 11
              i32.store offset=260
              local.get 5
              local.get 9
              i32.store offset=256
              local.get 5
              local.get 6
              i32.store offset=252
              local.get 5
              local.get 9
              i32.store offset=248
              local.get 5
              local.get 5
              i64.load offset=212 align=4
              i64.store offset=272 align=4
              local.get 5
              local.get 5
              i32.load offset=220
              i32.store offset=280
              local.get 5
              local.get 15
              i32.store8 offset=284
            end
            local.get 5
            i32.const 136
            i32.add
            local.get 5
            i32.const 76
            i32.add
            i32.const 1049817
            i32.const 13
            local.get 5
            i32.const 248
            i32.add
            call 46
            local.get 8
            i32.const 1049815
            i32.const 2
            i32.const 384
            i32.const 1049830
            i32.const 1
            local.get 5
            i32.const 136
            i32.add
            call 22
            block ;; label = @4
              block ;; label = @5
                local.get 5
                i32.load8_u offset=136
                br_if 0 (;@5;)
                local.get 5
                i32.const -2147483648
                i32.store offset=248
                br 1 (;@4;)
              end
              local.get 5
              i32.load offset=160
              local.set 2
              local.get 5
              i32.load offset=156
              local.set 11
              local.get 5
              i32.load offset=152
              local.set 7
              local.get 5
              i32.load offset=148
              local.set 9
              local.get 5
              i32.load offset=144
              local.set 6
              local.get 5
              i32.load8_u offset=140
              local.set 15
              local.get 5
              i32.const 212
              i32.add
              local.get 5
              i32.load offset=164
              local.tee 4
              call 56
              block ;; label = @5
                loop ;; label = @6
                  local.get 4
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 5
                  local.get 2
                  i32.load
                  i32.store offset=228
                  local.get 5
                  local.get 2
                  i32.const 4
                  i32.add
                  i32.load
                  local.tee 10
                  i32.store offset=232
                  local.get 5
                  local.get 10
                  i32.store offset=224
                  local.get 4
                  i32.const -1
                  i32.add
                  local.set 4
                  local.get 2
                  i32.const 8
                  i32.add
                  local.set 2
                  local.get 5
                  i32.const 212
                  i32.add
                  local.get 5
                  i32.const 224
                  i32.add
                  call 57
                  br 0 (;@6;)
                end
              end
              local.get 5
              local.get 11
              i32.store offset=268
              local.get 5
              local.get 7
              i32.store offset=264
              local.get 5
              local.get 11
              i32.store offset=260
              local.get 5
              local.get 9
              i32.store offset=256
              local.get 5
              local.get 6
              i32.store offset=252
              local.get 5
              local.get 9
              i32.store offset=248
              local.get 5
              local.get 5
              i64.load offset=212 align=4
              i64.store offset=272 align=4
              local.get 5
              local.get 5
              i32.load offset=220
              i32.store offset=280
              local.get 5
              local.get 15
              i32.store8 offset=284
            end
            local.get 5
            i32.const 76
            i32.add
            i32.const 1049831
            i32.const 14
            local.get 5
            i32.const 248
            i32.add
            call 49
            local.get 8
            i32.const -1
            i32.eq
            br_if 0 (;@3;)
            local.get 8
            call 23
          end
          local.get 5
          i64.const 0
          i64.store offset=96
          local.get 5
          i32.const 96
          i32.add
          call 24
          local.get 5
          i32.load offset=96
          local.set 2
          local.get 5
          i32.const 168
          i32.add
          local.get 5
          i32.load offset=100
          local.tee 4
          call 56
          block ;; label = @3
            loop ;; label = @4
              local.get 4
              i32.eqz
              br_if 1 (;@3;)
              local.get 5
              local.get 2
              i32.load
              i32.store offset=252
              local.get 5
              local.get 2
              i32.const 4
              i32.add
              i32.load
              local.tee 10
              i32.store offset=256
              local.get 5
              local.get 10
              i32.store offset=248
              local.get 4
              i32.const -1
              i32.add
              local.set 4
              local.get 2
              i32.const 8
              i32.add
              local.set 2
              local.get 5
              i32.const 168
              i32.add
              local.get 5
              i32.const 248
              i32.add
              call 57
              br 0 (;@4;)
            end
          end
          local.get 5
          i32.load offset=176
          i32.const 12
          i32.mul
          local.set 2
          local.get 5
          i32.load offset=172
          local.tee 4
          i32.const 4
          i32.add
          local.set 10
          block ;; label = @3
            loop ;; label = @4
              local.get 2
              i32.eqz
              br_if 1 (;@3;)
              block ;; label = @5
                local.get 4
                i32.load offset=8
                i32.const 4
                i32.ne
                br_if 0 (;@5;)
                local.get 10
                i32.load
                i32.load align=1
                i32.const 1651076218
                i32.eq
                br_if 2 (;@3;)
              end
              local.get 4
              i32.const 12
              i32.add
              local.set 4
              local.get 2
              i32.const -12
              i32.add
              local.set 2
              local.get 10
              i32.const 12
              i32.add
              local.set 10
              br 0 (;@4;)
            end
          end
          local.get 5
          i32.const 76
          i32.add
          i32.const 1049628
          i32.const 11
          local.get 2
          i32.const 0
          i32.ne
          call 50
          local.get 5
          i32.const 248
          i32.add
          local.get 0
          local.get 1
          i32.const 1049191
          i32.const 4
          call 51
          local.get 5
          i32.const 168
          i32.add
          local.get 5
          i32.load offset=252
          local.get 5
          i32.load offset=256
          i32.const 3
          call 58
          block ;; label = @3
            block ;; label = @4
              local.get 5
              i32.load offset=168
              local.tee 2
              i32.const -2147483648
              i32.eq
              br_if 0 (;@4;)
              local.get 5
              local.get 5
              i32.load offset=176
              i32.store offset=104
              local.get 5
              local.get 5
              i64.load offset=168 align=4
              i64.store offset=96
              br 1 (;@3;)
            end
            local.get 5
            i32.load offset=172
            local.set 4
            local.get 5
            i32.const 96
            i32.add
            i32.const 1049845
            i32.const 2
            call 45
          end
          local.get 5
          i32.const 9
          i32.store offset=252
          local.get 5
          i32.const 1049639
          i32.store offset=248
          local.get 5
          local.get 5
          i64.load offset=96
          i64.store offset=256 align=4
          local.get 5
          local.get 5
          i32.load offset=104
          i32.store offset=264
          local.get 5
          i32.const 76
          i32.add
          local.get 5
          i32.const 248
          i32.add
          call 47
          block ;; label = @3
            local.get 2
            i32.const -2147483648
            i32.ne
            br_if 0 (;@3;)
            local.get 5
            local.get 4
            i32.store offset=208
            local.get 5
            i32.const 76
            i32.add
            i32.const 1049648
            i32.const 9
            local.get 4
            call 25
            i64.const 1048576
            i64.eq
            call 50
            local.get 5
            i32.load offset=208
            i64.const 4096
            i32.const 1049428
            i32.const 4
            local.get 5
            i32.const 96
            i32.add
            call 26
            block ;; label = @4
              block ;; label = @5
                local.get 5
                i32.load8_u offset=96
                br_if 0 (;@5;)
                local.get 5
                i32.const -2147483648
                i32.store offset=248
                br 1 (;@4;)
              end
              local.get 5
              i32.load offset=120
              local.set 2
              local.get 5
              i32.load offset=116
              local.set 11
              local.get 5
              i32.load offset=112
              local.set 7
              local.get 5
              i32.load offset=108
              local.set 9
              local.get 5
              i32.load offset=104
              local.set 8
              local.get 5
              i32.load8_u offset=100
              local.set 6
              local.get 5
              i32.const 224
              i32.add
              local.get 5
              i32.load offset=124
              local.tee 4
              call 56
              block ;; label = @5
                loop ;; label = @6
                  local.get 4
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 5
                  local.get 2
                  i32.load
                  i32.store offset=140
                  local.get 5
                  local.get 2
                  i32.const 4
                  i32.add
                  i32.load
                  local.tee 10
                  i32.store offset=144
                  local.get 5
                  local.get 10
                  i32.store offset=136
                  local.get 4
                  i32.const -1
                  i32.add
                  local.set 4
                  local.get 2
                  i32.const 8
                  i32.add
                  local.set 2
                  local.get 5
                  i32.const 224
                  i32.add
                  local.get 5
                  i32.const 136
                  i32.add
                  call 57
                  br 0 (;@6;)
                end
              end
              local.get 5
              local.get 11
              i32.store offset=268
              local.get 5
              local.get 7
              i32.store offset=264
              local.get 5
              local.get 11
              i32.store offset=260
              local.get 5
              local.get 9
              i32.store offset=256
              local.get 5
              local.get 8
              i32.store offset=252
              local.get 5
              local.get 9
              i32.store offset=248
              local.get 5
              local.get 5
              i64.load offset=224 align=4
              i64.store offset=272 align=4
              local.get 5
              local.get 5
              i32.load offset=232
              i32.store offset=280
              local.get 5
              local.get 6
              i32.store8 offset=284
            end
            local.get 5
            i32.const 76
            i32.add
            i32.const 1049657
            i32.const 10
            local.get 5
            i32.const 248
            i32.add
            call 49
            local.get 5
            i32.load offset=208
            i64.const 65536
            i64.const 4096
            local.get 5
            i32.const 96
            i32.add
            call 27
            block ;; label = @4
              block ;; label = @5
                local.get 5
                i32.load8_u offset=96
                br_if 0 (;@5;)
                local.get 5
                i32.const -2147483648
                i32.store offset=248
                br 1 (;@4;)
              end
              local.get 5
              i32.load offset=120
              local.set 2
              local.get 5
              i32.load offset=116
              local.set 11
              local.get 5
              i32.load offset=112
              local.set 7
              local.get 5
              i32.load offset=108
              local.set 9
              local.get 5
              i32.load offset=104
              local.set 8
              local.get 5
              i32.load8_u offset=100
              local.set 6
              local.get 5
              i32.const 224
              i32.add
              local.get 5
              i32.load offset=124
              local.tee 4
              call 56
              block ;; label = @5
                loop ;; label = @6
                  local.get 4
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 5
                  local.get 2
                  i32.load
                  i32.store offset=140
                  local.get 5
                  local.get 2
                  i32.const 4
                  i32.add
                  i32.load
                  local.tee 10
                  i32.store offset=144
                  local.get 5
                  local.get 10
                  i32.store offset=136
                  local.get 4
                  i32.const -1
                  i32.add
                  local.set 4
                  local.get 2
                  i32.const 8
                  i32.add
                  local.set 2
                  local.get 5
                  i32.const 224
                  i32.add
                  local.get 5
                  i32.const 136
                  i32.add
                  call 57
                  br 0 (;@6;)
                end
              end
              local.get 5
              local.get 11
              i32.store offset=268
              local.get 5
              local.get 7
              i32.store offset=264
              local.get 5
              local.get 11
              i32.store offset=260
              local.get 5
              local.get 9
              i32.store offset=256
              local.get 5
              local.get 8
              i32.store offset=252
              local.get 5
              local.get 9
              i32.store offset=248
              local.get 5
              local.get 5
              i64.load offset=224 align=4
              i64.store offset=272 align=4
              local.get 5
              local.get 5
              i32.load offset=232
              i32.store offset=280
              local.get 5
              local.get 6
              i32.store8 offset=284
            end
            local.get 5
            i32.const 76
            i32.add
            i32.const 1049667
            i32.const 9
            local.get 5
            i32.const 248
            i32.add
            call 49
            local.get 5
            i32.load offset=208
            local.get 5
            i32.const 96
            i32.add
            call 28
            block ;; label = @4
              block ;; label = @5
                local.get 5
                i32.load8_u offset=96
                br_if 0 (;@5;)
                local.get 5
                i32.const -2147483648
                i32.store offset=248
                br 1 (;@4;)
              end
              local.get 5
              i32.load offset=120
              local.set 2
              local.get 5
              i32.load offset=116
              local.set 11
              local.get 5
              i32.load offset=112
              local.set 7
              local.get 5
              i32.load offset=108
              local.set 9
              local.get 5
              i32.load offset=104
              local.set 8
              local.get 5
              i32.load8_u offset=100
              local.set 6
              local.get 5
              i32.const 224
              i32.add
              local.get 5
              i32.load offset=124
              local.tee 4
              call 56
              block ;; label = @5
                loop ;; label = @6
                  local.get 4
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 5
                  local.get 2
                  i32.load
                  i32.store offset=140
                  local.get 5
                  local.get 2
                  i32.const 4
                  i32.add
                  i32.load
                  local.tee 10
                  i32.store offset=144
                  local.get 5
                  local.get 10
                  i32.store offset=136
                  local.get 4
                  i32.const -1
                  i32.add
                  local.set 4
                  local.get 2
                  i32.const 8
                  i32.add
                  local.set 2
                  local.get 5
                  i32.const 224
                  i32.add
                  local.get 5
                  i32.const 136
                  i32.add
                  call 57
                  br 0 (;@6;)
                end
              end
              local.get 5
              local.get 11
              i32.store offset=268
              local.get 5
              local.get 7
              i32.store offset=264
              local.get 5
              local.get 11
              i32.store offset=260
              local.get 5
              local.get 9
              i32.store offset=256
              local.get 5
              local.get 8
              i32.store offset=252
              local.get 5
              local.get 9
              i32.store offset=248
              local.get 5
              local.get 5
              i64.load offset=224 align=4
              i64.store offset=272 align=4
              local.get 5
              local.get 5
              i32.load offset=232
              i32.store offset=280
              local.get 5
              local.get 6
              i32.store8 offset=284
            end
            local.get 5
            i32.const 76
            i32.add
            i32.const 1049676
            i32.const 10
            local.get 5
            i32.const 248
            i32.add
            call 49
            local.get 5
            i32.load offset=208
            i64.const 4096
            i32.const 4
            local.get 5
            i32.const 96
            i32.add
            call 29
            block ;; label = @4
              block ;; label = @5
                local.get 5
                i32.load8_u offset=96
                br_if 0 (;@5;)
                local.get 5
                local.get 5
                i32.load offset=104
                local.tee 2
                i32.store offset=260
                local.get 5
                local.get 5
                i32.load offset=100
                i32.store offset=256
                local.get 5
                local.get 2
                i32.store offset=252
                local.get 5
                i32.const -2147483648
                i32.store offset=248
                br 1 (;@4;)
              end
              local.get 5
              i32.load offset=120
              local.set 2
              local.get 5
              i32.load offset=116
              local.set 11
              local.get 5
              i32.load offset=112
              local.set 7
              local.get 5
              i32.load offset=108
              local.set 9
              local.get 5
              i32.load offset=104
              local.set 8
              local.get 5
              i32.load8_u offset=100
              local.set 6
              local.get 5
              i32.const 224
              i32.add
              local.get 5
              i32.load offset=124
              local.tee 4
              call 56
              block ;; label = @5
                loop ;; label = @6
                  local.get 4
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 5
                  local.get 2
                  i32.load
                  i32.store offset=140
                  local.get 5
                  local.get 2
                  i32.const 4
                  i32.add
                  i32.load
                  local.tee 10
                  i32.store offset=144
                  local.get 5
                  local.get 10
                  i32.store offset=136
                  local.get 4
                  i32.const -1
                  i32.add
                  local.set 4
                  local.get 2
                  i32.const 8
                  i32.add
                  local.set 2
                  local.get 5
                  i32.const 224
                  i32.add
                  local.get 5
                  i32.const 136
                  i32.add
                  call 57
                  br 0 (;@6;)
                end
              end
              local.get 5
              local.get 11
              i32.store offset=268
              local.get 5
              local.get 7
              i32.store offset=264
              local.get 5
              local.get 11
              i32.store offset=260
              local.get 5
              local.get 9
              i32.store offset=256
              local.get 5
              local.get 8
              i32.store offset=252
              local.get 5
              local.get 9
              i32.store offset=248
              local.get 5
              local.get 5
              i64.load offset=224 align=4
              i64.store offset=272 align=4
              local.get 5
              local.get 5
              i32.load offset=232
              i32.store offset=280
              local.get 5
              local.get 6
              i32.store8 offset=284
            end
            local.get 5
            i32.const 212
            i32.add
            local.get 5
            i32.const 76
            i32.add
            i32.const 1049686
            i32.const 9
            local.get 5
            i32.const 248
            i32.add
            call 46
            block ;; label = @4
              local.get 5
              i32.load offset=212
              i32.const -2147483648
              i32.eq
              br_if 0 (;@4;)
              local.get 5
              i32.const 76
              i32.add
              i32.const 1049695
              i32.const 10
              local.get 5
              i32.load offset=216
              local.get 5
              i32.load offset=220
              call 64
              call 50
            end
            local.get 5
            i32.load offset=208
            i64.const 0
            i64.const 1048576
            local.get 5
            i32.const 248
            i32.add
            call 30
            block ;; label = @4
              block ;; label = @5
                block ;; label = @6
                  block ;; label = @7
                    local.get 5
                    i32.load8_u offset=248
                    br_if 0 (;@7;)
                    local.get 5
                    i32.load offset=252
                    local.set 4
                    local.get 5
                    i32.const 32
                    i32.add
                    local.get 5
                    i32.load offset=256
                    local.tee 15
                    i32.const 8
                    i32.const 56
                    call 65
                    local.get 5
                    local.get 5
                    i32.load offset=36
                    local.tee 7
                    i32.store offset=228
                    local.get 5
                    local.get 5
                    i32.load offset=32
                    i32.store offset=224
                    i32.const 0
                    local.set 10
                    i32.const 44
                    local.set 11
                    loop ;; label = @8
                      local.get 5
                      local.get 10
                      i32.store offset=232
                      local.get 15
                      local.get 10
                      i32.eq
                      br_if 2 (;@6;)
                      i32.const -2147483648
                      local.set 9
                      block ;; label = @9
                        block ;; label = @10
                          block ;; label = @11
                            block ;; label = @12
                              block ;; label = @13
                                local.get 4
                                i32.const 16
                                i32.add
                                i32.load8_u
                                br_table 4 (;@9;) 1 (;@12;) 2 (;@11;) 3 (;@10;) 0 (;@13;)
                              end
                              local.get 4
                              i32.const 56
                              i32.add
                              i64.load32_u
                              i64.const 32
                              i64.shl
                              local.get 4
                              i32.const 24
                              i32.add
                              i64.load32_u
                              i64.or
                              local.set 22
                              local.get 4
                              i32.const 52
                              i32.add
                              i32.load
                              local.tee 9
                              i64.extend_i32_u
                              i64.const 32
                              i64.shl
                              local.get 4
                              i32.const 48
                              i32.add
                              i64.load32_u
                              i64.or
                              local.set 23
                              local.get 4
                              i32.const 40
                              i32.add
                              i64.load
                              local.set 24
                              local.get 4
                              i32.const 32
                              i32.add
                              i64.load
                              local.tee 25
                              i32.wrap_i64
                              local.set 8
                              local.get 25
                              i64.const 32
                              i64.shr_u
                              i32.wrap_i64
                              local.set 6
                              br 3 (;@9;)
                            end
                            i32.const -2147483647
                            local.set 9
                            br 2 (;@9;)
                          end
                          i32.const -2147483646
                          local.set 9
                          br 1 (;@9;)
                        end
                        local.get 4
                        i32.const 32
                        i32.add
                        i64.load
                        local.set 24
                        local.get 4
                        i32.const 24
                        i32.add
                        i32.load
                        local.set 8
                        i32.const -2147483645
                        local.set 9
                      end
                      local.get 4
                      i32.const 8
                      i32.add
                      i64.load
                      local.set 25
                      local.get 4
                      i64.load
                      local.set 26
                      block ;; label = @9
                        local.get 10
                        local.get 5
                        i32.load offset=224
                        i32.ne
                        br_if 0 (;@9;)
                        local.get 5
                        i32.const 224
                        i32.add
                        call 75
                        local.get 5
                        i32.load offset=228
                        local.set 7
                      end
                      local.get 7
                      local.get 11
                      i32.add
                      local.tee 2
                      local.get 23
                      i64.store align=4
                      local.get 2
                      i32.const -4
                      i32.add
                      local.get 9
                      i32.store
                      local.get 2
                      i32.const -12
                      i32.add
                      local.get 22
                      i64.store
                      local.get 2
                      i32.const -20
                      i32.add
                      local.get 24
                      i64.store
                      local.get 2
                      i32.const -24
                      i32.add
                      local.get 6
                      i32.store
                      local.get 2
                      i32.const -28
                      i32.add
                      local.get 8
                      i32.store
                      local.get 2
                      i32.const -36
                      i32.add
                      local.get 25
                      i64.store
                      local.get 2
                      i32.const -44
                      i32.add
                      local.get 26
                      i64.store
                      local.get 10
                      i32.const 1
                      i32.add
                      local.set 10
                      local.get 11
                      i32.const 56
                      i32.add
                      local.set 11
                      local.get 4
                      i32.const 64
                      i32.add
                      local.set 4
                      br 0 (;@8;)
                    end
                  end
                  local.get 5
                  i32.load offset=272
                  local.set 2
                  local.get 5
                  i64.load32_u offset=268
                  local.set 25
                  local.get 5
                  i32.load offset=260
                  local.set 11
                  local.get 5
                  i32.load offset=256
                  local.set 9
                  local.get 5
                  i32.const 136
                  i32.add
                  local.get 5
                  i32.load offset=276
                  local.tee 4
                  call 56
                  block ;; label = @7
                    loop ;; label = @8
                      local.get 4
                      i32.eqz
                      br_if 1 (;@7;)
                      local.get 5
                      local.get 2
                      i32.load
                      i32.store offset=100
                      local.get 5
                      local.get 2
                      i32.const 4
                      i32.add
                      i32.load
                      local.tee 10
                      i32.store offset=104
                      local.get 5
                      local.get 10
                      i32.store offset=96
                      local.get 4
                      i32.const -1
                      i32.add
                      local.set 4
                      local.get 2
                      i32.const 8
                      i32.add
                      local.set 2
                      local.get 5
                      i32.const 136
                      i32.add
                      local.get 5
                      i32.const 96
                      i32.add
                      call 57
                      br 0 (;@8;)
                    end
                  end
                  block ;; label = @7
                    local.get 11
                    i32.const -2147483648
                    i32.ne
                    br_if 0 (;@7;)
                    local.get 25
                    i64.const 32
                    i64.shl
                    local.get 11
                    i64.extend_i32_u
                    i64.or
                    local.set 25
                    br 2 (;@5;)
                  end
                  local.get 5
                  local.get 9
                  i32.store offset=100
                  local.get 5
                  local.get 11
                  i32.store offset=96
                  local.get 5
                  local.get 11
                  i32.store offset=104
                  local.get 5
                  i32.const 12
                  i32.store offset=252
                  local.get 5
                  i32.const 1049705
                  i32.store offset=248
                  local.get 5
                  local.get 5
                  i64.load offset=96 align=4
                  i64.store offset=256 align=4
                  local.get 5
                  local.get 11
                  i32.store offset=264
                  local.get 5
                  i32.const 76
                  i32.add
                  local.get 5
                  i32.const 248
                  i32.add
                  call 47
                  br 2 (;@4;)
                end
                local.get 5
                i64.load offset=228 align=4
                local.set 25
                local.get 5
                i32.load offset=224
                local.set 9
              end
              local.get 5
              i32.const 96
              i32.add
              i32.const 1049845
              i32.const 2
              call 45
              local.get 5
              i32.const 12
              i32.store offset=252
              local.get 5
              i32.const 1049705
              i32.store offset=248
              local.get 5
              local.get 5
              i64.load offset=96 align=4
              i64.store offset=256 align=4
              local.get 5
              local.get 5
              i32.load offset=104
              i32.store offset=264
              local.get 5
              i32.const 76
              i32.add
              local.get 5
              i32.const 248
              i32.add
              call 47
              local.get 9
              i32.const -2147483648
              i32.eq
              br_if 0 (;@4;)
              i32.const 0
              local.set 9
              local.get 5
              i32.load offset=208
              call 31
              local.set 11
              block ;; label = @5
                local.get 25
                i64.const 32
                i64.shr_u
                local.tee 26
                i64.eqz
                br_if 0 (;@5;)
                local.get 26
                i32.wrap_i64
                i32.const 56
                i32.mul
                local.set 2
                local.get 25
                i32.wrap_i64
                local.tee 4
                i32.const 16
                i32.add
                local.set 10
                loop ;; label = @6
                  block ;; label = @7
                    local.get 2
                    br_if 0 (;@7;)
                    i32.const 1
                    local.set 9
                    br 2 (;@5;)
                  end
                  block ;; label = @7
                    local.get 4
                    i32.load offset=40
                    i32.const -2147483645
                    i32.ne
                    br_if 0 (;@7;)
                    local.get 10
                    i32.load
                    local.get 11
                    i32.ne
                    br_if 2 (;@5;)
                  end
                  local.get 4
                  i32.const 56
                  i32.add
                  local.set 4
                  local.get 2
                  i32.const -56
                  i32.add
                  local.set 2
                  local.get 10
                  i32.const 56
                  i32.add
                  local.set 10
                  br 0 (;@6;)
                end
              end
              local.get 5
              i32.const 76
              i32.add
              i32.const 1049717
              i32.const 7
              local.get 9
              call 50
            end
            local.get 5
            i32.const 208
            i32.add
            call 59
          end
          local.get 5
          i32.load offset=84
          local.set 10
          local.get 5
          i32.load offset=80
          local.set 2
          block ;; label = @3
            local.get 12
            br_if 0 (;@3;)
            local.get 5
            i32.load offset=92
            local.tee 4
            i32.const -1
            i32.eq
            br_if 0 (;@3;)
            local.get 4
            call 32
          end
          local.get 5
          i32.const 24
          i32.add
          local.get 10
          i32.const 4
          i32.const 40
          call 65
          local.get 5
          i32.const 0
          i32.store offset=244
          local.get 5
          local.get 5
          i32.load offset=28
          local.tee 9
          i32.store offset=240
          local.get 5
          local.get 5
          i32.load offset=24
          local.tee 4
          i32.store offset=236
          i32.const 0
          local.set 11
          block ;; label = @3
            local.get 10
            local.get 4
            i32.le_u
            br_if 0 (;@3;)
            local.get 5
            i32.const 236
            i32.add
            i32.const 0
            local.get 10
            i32.const 4
            i32.const 40
            call 43
            local.get 5
            i32.load offset=240
            local.set 9
            local.get 5
            i32.load offset=244
            local.set 11
          end
          local.get 10
          i32.const 20
          i32.mul
          local.set 4
          local.get 11
          local.get 10
          i32.const 1073741823
          i32.and
          i32.add
          local.set 6
          local.get 9
          local.get 11
          i32.const 40
          i32.mul
          i32.add
          local.set 10
          local.get 5
          i32.const 260
          i32.add
          local.set 11
          local.get 5
          i32.const 272
          i32.add
          local.set 8
          block ;; label = @3
            loop ;; label = @4
              local.get 4
              i32.eqz
              br_if 1 (;@3;)
              local.get 2
              i32.load offset=4
              local.set 9
              local.get 2
              i32.load
              local.set 7
              local.get 5
              local.get 2
              i32.load offset=16
              i32.store offset=176
              local.get 5
              local.get 2
              i64.load offset=8 align=4
              i64.store offset=168
              local.get 5
              i32.const 248
              i32.add
              local.get 7
              local.get 9
              call 45
              local.get 8
              i32.const 1049094
              i32.const 4
              call 45
              local.get 11
              local.get 5
              i64.load offset=168
              i64.store align=4
              local.get 11
              local.get 5
              i32.load offset=176
              i32.store offset=8
              local.get 5
              i32.const 0
              i32.store8 offset=284
              local.get 10
              local.get 5
              i32.const 248
              i32.add
              i32.const 40
              memory.copy
              local.get 4
              i32.const -20
              i32.add
              local.set 4
              local.get 10
              i32.const 40
              i32.add
              local.set 10
              local.get 2
              i32.const 20
              i32.add
              local.set 2
              br 0 (;@4;)
            end
          end
          local.get 5
          local.get 5
          i64.load offset=236 align=4
          i64.store offset=252 align=4
          local.get 5
          local.get 6
          i32.store offset=260
        end
        i32.const 0
        i32.const 0
        i32.store8 offset=1049960
        local.get 5
        i32.load offset=256
        local.set 2
        local.get 5
        i32.const 168
        i32.add
        i32.const 4
        local.get 5
        i32.load offset=260
        local.tee 15
        i32.const 5
        i32.shl
        call 82
        local.get 15
        i32.const 40
        i32.mul
        local.set 10
        local.get 5
        i32.load offset=168
        local.set 6
        i32.const 0
        local.set 11
        block ;; label = @2
          loop ;; label = @3
            local.get 10
            i32.eqz
            br_if 1 (;@2;)
            local.get 2
            i32.load
            local.tee 7
            i32.const -2147483648
            i32.eq
            br_if 1 (;@2;)
            local.get 2
            i64.load offset=4 align=4
            local.set 25
            local.get 2
            i64.load offset=28 align=4
            local.set 24
            local.get 2
            i32.load offset=24
            local.set 9
            local.get 2
            i64.load offset=12 align=4
            local.set 26
            local.get 2
            i32.load offset=20
            local.set 8
            local.get 6
            local.get 11
            i32.add
            local.tee 4
            local.get 2
            i32.load8_u offset=36
            i32.const 1
            i32.and
            i32.store8
            local.get 5
            local.get 8
            i32.store offset=176
            local.get 5
            local.get 26
            i64.store offset=168
            local.get 5
            local.get 25
            i64.store offset=100 align=4
            local.get 5
            local.get 7
            i32.store offset=96
            local.get 5
            i32.const 16
            i32.add
            local.get 5
            i32.const 96
            i32.add
            call 66
            local.get 4
            i32.const 4
            i32.add
            local.get 5
            i64.load offset=16
            i64.store align=4
            local.get 5
            i32.const 8
            i32.add
            local.get 5
            i32.const 168
            i32.add
            call 66
            local.get 4
            i32.const 12
            i32.add
            local.get 5
            i64.load offset=8
            i64.store align=4
            block ;; label = @4
              block ;; label = @5
                local.get 9
                i32.const -2147483648
                i32.eq
                br_if 0 (;@5;)
                local.get 4
                i32.const 20
                i32.add
                i32.const 1
                i32.store8
                local.get 5
                local.get 24
                i64.store offset=172 align=4
                local.get 5
                local.get 9
                i32.store offset=168
                local.get 5
                local.get 5
                i32.const 168
                i32.add
                call 66
                local.get 4
                i32.const 24
                i32.add
                local.get 5
                i64.load
                i64.store align=4
                br 1 (;@4;)
              end
              local.get 4
              i32.const 20
              i32.add
              i32.const 0
              i32.store8
            end
            local.get 2
            i32.const 40
            i32.add
            local.set 2
            local.get 11
            i32.const 32
            i32.add
            local.set 11
            local.get 10
            i32.const -40
            i32.add
            local.set 10
            br 0 (;@3;)
          end
        end
        i32.const 0
        local.get 6
        i32.store offset=1049964
        i32.const 0
        local.get 15
        i32.store offset=1049968
      end
      local.get 5
      i32.const 288
      i32.add
      global.set 0
      i32.const 1049960
    )
    (func (;82;) (type 7) (param i32 i32 i32)
      (local i32)
      block ;; label = @1
        local.get 2
        br_if 0 (;@1;)
        local.get 0
        i64.const 0
        i64.store align=4
        return
      end
      block ;; label = @1
        local.get 1
        local.get 2
        call 35
        local.tee 3
        i32.eqz
        br_if 0 (;@1;)
        local.get 0
        local.get 3
        i32.store offset=12
        local.get 0
        local.get 2
        i32.store offset=8
        local.get 0
        local.get 1
        i32.store offset=4
        local.get 0
        local.get 3
        i32.store
        return
      end
      local.get 2
      call 38
      unreachable
    )
    (func (;83;) (type 16) (param i32) (result i32)
      (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i64)
      global.get 0
      i32.const 160
      i32.sub
      local.tee 1
      global.set 0
      call 80
      local.get 0
      i32.load offset=120
      local.set 2
      local.get 0
      i32.load offset=36
      local.set 3
      local.get 0
      i32.load offset=32
      local.set 4
      local.get 0
      i32.load8_u offset=16
      local.set 5
      local.get 1
      i32.const 24
      i32.add
      local.get 0
      i32.load offset=124
      local.tee 6
      i32.const 8
      i32.const 56
      call 65
      local.get 1
      local.get 1
      i32.load offset=28
      local.tee 7
      i32.store offset=76
      local.get 1
      local.get 1
      i32.load offset=24
      i32.store offset=72
      i32.const 0
      local.set 8
      i32.const 0
      local.set 9
      block ;; label = @1
        block ;; label = @2
          loop ;; label = @3
            local.get 1
            local.get 9
            i32.store offset=80
            block ;; label = @4
              block ;; label = @5
                block ;; label = @6
                  local.get 6
                  local.get 9
                  i32.eq
                  br_if 0 (;@6;)
                  local.get 2
                  i32.const 40
                  i32.add
                  i32.load8_u
                  local.set 10
                  local.get 2
                  i32.const 28
                  i32.add
                  i32.load8_u
                  br_if 1 (;@5;)
                  i32.const -2147483648
                  local.set 11
                  br 2 (;@4;)
                end
                local.get 0
                i32.load offset=128
                local.set 6
                local.get 1
                i32.const 16
                i32.add
                local.get 0
                i32.load offset=132
                local.tee 7
                i32.const 4
                i32.const 48
                call 65
                local.get 1
                local.get 1
                i32.load offset=20
                local.tee 12
                i32.store offset=88
                local.get 1
                local.get 1
                i32.load offset=16
                i32.store offset=84
                i32.const 0
                local.set 13
                loop ;; label = @6
                  local.get 1
                  local.get 13
                  i32.store offset=92
                  block ;; label = @7
                    block ;; label = @8
                      local.get 13
                      local.get 7
                      i32.eq
                      br_if 0 (;@8;)
                      local.get 6
                      local.get 13
                      i32.const 36
                      i32.mul
                      i32.add
                      local.tee 8
                      i32.load offset=28
                      local.set 2
                      local.get 8
                      i32.load offset=24
                      local.set 14
                      local.get 8
                      i32.load offset=20
                      local.set 15
                      local.get 8
                      i32.load8_u offset=8
                      local.set 16
                      local.get 8
                      i32.load offset=4
                      local.set 11
                      local.get 8
                      i32.load
                      local.set 17
                      local.get 1
                      i32.const 32
                      i32.add
                      local.get 8
                      i32.load offset=32
                      local.tee 10
                      call 56
                      loop ;; label = @9
                        local.get 10
                        i32.eqz
                        br_if 2 (;@7;)
                        local.get 1
                        local.get 2
                        i32.load
                        i32.store offset=112
                        local.get 1
                        local.get 2
                        i32.const 4
                        i32.add
                        i32.load
                        local.tee 9
                        i32.store offset=116
                        local.get 1
                        local.get 9
                        i32.store offset=108
                        local.get 10
                        i32.const -1
                        i32.add
                        local.set 10
                        local.get 2
                        i32.const 8
                        i32.add
                        local.set 2
                        local.get 1
                        i32.const 32
                        i32.add
                        local.get 1
                        i32.const 108
                        i32.add
                        call 57
                        br 0 (;@9;)
                      end
                    end
                    local.get 0
                    i32.load8_u offset=136
                    local.set 9
                    i32.const -2147483648
                    local.set 2
                    block ;; label = @8
                      block ;; label = @9
                        local.get 5
                        i32.const 255
                        i32.and
                        br_if 0 (;@9;)
                        i32.const -2147483648
                        local.set 10
                        br 1 (;@8;)
                      end
                      local.get 0
                      i32.load offset=24
                      local.set 10
                      local.get 0
                      i32.load offset=20
                      local.set 8
                    end
                    local.get 9
                    i32.const 255
                    i32.and
                    br_if 5 (;@2;)
                    br 6 (;@1;)
                  end
                  block ;; label = @7
                    block ;; label = @8
                      local.get 16
                      i32.const 255
                      i32.and
                      br_if 0 (;@8;)
                      i32.const -2147483648
                      local.set 10
                      br 1 (;@7;)
                    end
                    local.get 8
                    i32.load offset=16
                    local.tee 10
                    i64.extend_i32_u
                    i64.const 32
                    i64.shl
                    local.get 8
                    i64.load32_u offset=12
                    i64.or
                    local.set 18
                  end
                  local.get 1
                  local.get 1
                  i32.load offset=40
                  i32.store offset=104
                  local.get 1
                  local.get 1
                  i64.load offset=32 align=4
                  i64.store offset=96
                  block ;; label = @7
                    local.get 13
                    local.get 1
                    i32.load offset=84
                    i32.ne
                    br_if 0 (;@7;)
                    local.get 1
                    i32.const 84
                    i32.add
                    call 74
                    local.get 1
                    i32.load offset=88
                    local.set 12
                  end
                  local.get 12
                  local.get 13
                  i32.const 48
                  i32.mul
                  i32.add
                  local.tee 2
                  local.get 14
                  i32.store offset=20
                  local.get 2
                  local.get 15
                  i32.store offset=16
                  local.get 2
                  local.get 14
                  i32.store offset=12
                  local.get 2
                  local.get 11
                  i32.store offset=8
                  local.get 2
                  local.get 17
                  i32.store offset=4
                  local.get 2
                  local.get 11
                  i32.store
                  local.get 2
                  local.get 1
                  i64.load offset=96
                  i64.store offset=24 align=4
                  local.get 2
                  local.get 1
                  i32.load offset=104
                  i32.store offset=32
                  local.get 2
                  local.get 18
                  i64.store offset=40 align=4
                  local.get 2
                  local.get 10
                  i32.store offset=36
                  local.get 13
                  i32.const 1
                  i32.add
                  local.set 13
                  br 0 (;@6;)
                end
              end
              local.get 2
              i32.const 36
              i32.add
              i32.load
              local.tee 11
              i64.extend_i32_u
              i64.const 32
              i64.shl
              local.get 2
              i32.const 32
              i32.add
              i64.load32_u
              i64.or
              local.set 19
            end
            local.get 2
            i32.const 24
            i32.add
            i32.load
            local.set 13
            local.get 2
            i32.const 20
            i32.add
            i32.load
            local.set 15
            local.get 2
            i32.const 16
            i32.add
            i32.load
            local.set 16
            local.get 2
            i32.const 8
            i32.add
            i64.load
            local.set 18
            local.get 2
            i32.const 4
            i32.add
            i32.load
            local.set 14
            local.get 2
            i32.load
            local.set 17
            local.get 10
            i32.const 255
            i32.and
            i32.const 0
            i32.ne
            local.set 12
            block ;; label = @4
              local.get 9
              local.get 1
              i32.load offset=72
              i32.ne
              br_if 0 (;@4;)
              local.get 1
              i32.const 72
              i32.add
              call 75
              local.get 1
              i32.load offset=76
              local.set 7
            end
            local.get 7
            local.get 8
            i32.add
            local.tee 10
            local.get 18
            i64.store
            local.get 10
            i32.const 48
            i32.add
            local.get 12
            i32.store8
            local.get 10
            i32.const 44
            i32.add
            local.get 16
            i32.store
            local.get 10
            i32.const 36
            i32.add
            local.get 19
            i64.store align=4
            local.get 10
            i32.const 32
            i32.add
            local.get 11
            i32.store
            local.get 10
            i32.const 28
            i32.add
            local.get 13
            i32.store
            local.get 10
            i32.const 24
            i32.add
            local.get 15
            i32.store
            local.get 10
            i32.const 20
            i32.add
            local.get 13
            i32.store
            local.get 10
            i32.const 16
            i32.add
            local.get 14
            i32.store
            local.get 10
            i32.const 12
            i32.add
            local.get 17
            i32.store
            local.get 10
            i32.const 8
            i32.add
            local.get 14
            i32.store
            local.get 9
            i32.const 1
            i32.add
            local.set 9
            local.get 8
            i32.const 56
            i32.add
            local.set 8
            local.get 2
            i32.const 48
            i32.add
            local.set 2
            br 0 (;@3;)
          end
        end
        local.get 0
        i32.load offset=144
        local.set 2
        local.get 0
        i32.load offset=140
        local.set 13
      end
      local.get 1
      local.get 3
      i32.store offset=128
      local.get 1
      local.get 4
      i32.store offset=124
      local.get 1
      local.get 3
      i32.store offset=120
      local.get 1
      i32.const 0
      local.get 10
      local.get 10
      i32.const -2147483648
      i32.eq
      local.tee 9
      select
      i32.store offset=152
      local.get 1
      i32.const 1
      local.get 8
      local.get 9
      select
      i32.store offset=148
      local.get 1
      i32.const 0
      local.get 10
      local.get 9
      select
      i32.store offset=144
      local.get 1
      i32.const 0
      local.get 2
      local.get 2
      i32.const -2147483648
      i32.eq
      local.tee 10
      select
      i32.store offset=140
      local.get 1
      i32.const 1
      local.get 13
      local.get 10
      select
      i32.store offset=136
      local.get 1
      i32.const 0
      local.get 2
      local.get 10
      select
      i32.store offset=132
      local.get 1
      i32.const 40
      i32.add
      local.get 1
      i32.const 120
      i32.add
      i32.const 3
      i32.const 1049093
      call 69
      i32.const 0
      i32.const 0
      i32.store8 offset=1049964
      i32.const 0
      i32.const 0
      i32.store8 offset=1049960
      local.get 1
      i64.load offset=40 align=4
      local.set 18
      local.get 1
      local.get 1
      i32.load offset=48
      i32.store offset=128
      local.get 1
      local.get 18
      i64.store offset=120
      local.get 1
      i32.const 8
      i32.add
      local.get 1
      i32.const 120
      i32.add
      call 66
      i32.const 0
      local.get 1
      i64.load offset=8
      i64.store offset=1049968
      local.get 1
      i32.const 160
      i32.add
      global.set 0
      i32.const 1049960
    )
    (func (;84;) (type 23) (param i32 i32 i32 i64 i64) (result i32)
      (local i32 i64 i64 i32 i32 i32 i32 i32 i32)
      global.get 0
      i32.const 96
      i32.sub
      local.tee 5
      global.set 0
      call 80
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            block ;; label = @4
              block ;; label = @5
                local.get 0
                br_if 0 (;@5;)
                i32.const -2147483648
                local.set 0
                br 1 (;@4;)
              end
              i32.const -2147483648
              local.set 0
              local.get 2
              i32.const -2147483648
              i32.eq
              br_if 1 (;@3;)
              block ;; label = @5
                local.get 1
                local.get 2
                i32.const 1049161
                i32.const 4
                call 39
                i32.eqz
                br_if 0 (;@5;)
                i32.const -2147483647
                local.set 0
                br 1 (;@4;)
              end
              block ;; label = @5
                local.get 1
                local.get 2
                i32.const 1049165
                i32.const 4
                call 39
                i32.eqz
                br_if 0 (;@5;)
                i32.const -2147483646
                local.set 0
                br 1 (;@4;)
              end
              block ;; label = @5
                local.get 1
                local.get 2
                i32.const 1049169
                i32.const 6
                call 39
                i32.eqz
                br_if 0 (;@5;)
                i64.const 0
                local.set 6
                i32.const -2147483645
                local.set 0
                br 2 (;@3;)
              end
              block ;; label = @5
                local.get 1
                local.get 2
                i32.const 1049175
                i32.const 6
                call 39
                i32.eqz
                br_if 0 (;@5;)
                local.get 5
                i32.const 72
                i32.add
                i32.const 1049181
                i32.const 4
                call 45
                local.get 5
                local.get 5
                i64.load offset=76 align=4
                i64.store offset=32
                local.get 5
                local.get 5
                i32.load offset=84
                i32.store offset=40
                local.get 5
                i32.load offset=72
                local.set 0
                i64.const 1
                local.set 6
                i64.const 0
                local.set 7
                br 2 (;@3;)
              end
              local.get 5
              i32.const 48
              i32.add
              call 44
              block ;; label = @5
                block ;; label = @6
                  block ;; label = @7
                    local.get 5
                    i32.load offset=48
                    i32.const -2147483648
                    i32.eq
                    br_if 0 (;@7;)
                    i32.const 0
                    local.get 5
                    i32.load8_u offset=84
                    i32.store8 offset=1049964
                    i32.const 0
                    i32.const 1
                    i32.store8 offset=1049960
                    local.get 5
                    i32.load offset=76
                    local.set 2
                    local.get 5
                    i32.load offset=80
                    local.set 8
                    local.get 5
                    i32.const 24
                    i32.add
                    local.get 5
                    i32.const 48
                    i32.add
                    call 66
                    i32.const 0
                    local.get 5
                    i64.load offset=24
                    i64.store offset=1049968
                    local.get 5
                    i32.const 16
                    i32.add
                    local.get 5
                    i32.const 48
                    i32.add
                    i32.const 12
                    i32.add
                    call 66
                    i32.const 0
                    local.get 5
                    i64.load offset=16
                    i64.store offset=1049976
                    local.get 5
                    i32.const 32
                    i32.add
                    i32.const 4
                    local.get 8
                    i32.const 3
                    i32.shl
                    call 82
                    local.get 8
                    i32.const 12
                    i32.mul
                    local.set 0
                    local.get 5
                    i32.load offset=32
                    local.tee 9
                    local.set 1
                    loop ;; label = @8
                      local.get 0
                      i32.eqz
                      br_if 2 (;@6;)
                      local.get 2
                      i32.load
                      local.tee 10
                      i32.const -2147483648
                      i32.eq
                      br_if 2 (;@6;)
                      local.get 5
                      local.get 2
                      i64.load offset=4 align=4
                      i64.store offset=36 align=4
                      local.get 5
                      local.get 10
                      i32.store offset=32
                      local.get 5
                      i32.const 8
                      i32.add
                      local.get 5
                      i32.const 32
                      i32.add
                      call 66
                      local.get 1
                      local.get 5
                      i64.load offset=8
                      i64.store align=4
                      local.get 1
                      i32.const 8
                      i32.add
                      local.set 1
                      local.get 0
                      i32.const -12
                      i32.add
                      local.set 0
                      local.get 2
                      i32.const 12
                      i32.add
                      local.set 2
                      br 0 (;@8;)
                    end
                  end
                  i32.const 0
                  i32.const 0
                  i32.store8 offset=1049960
                  local.get 5
                  i32.load offset=60
                  local.tee 11
                  i32.const 33554432
                  i32.ge_u
                  br_if 1 (;@5;)
                  local.get 5
                  i32.load offset=56
                  local.set 2
                  br 4 (;@2;)
                end
                i32.const 0
                local.get 9
                i32.store offset=1049984
                i32.const 0
                local.get 8
                i32.store offset=1049988
                br 4 (;@1;)
              end
              local.get 5
              i32.const 95
              i32.add
              call 85
              unreachable
            end
          end
          i32.const 8
          i32.const 56
          call 37
          local.tee 2
          local.get 3
          i64.store
          local.get 2
          local.get 0
          i32.store offset=40
          local.get 2
          local.get 7
          i64.store offset=32
          local.get 2
          local.get 6
          i64.store offset=24
          local.get 2
          i64.const 0
          i64.store offset=16
          local.get 2
          local.get 4
          i64.store offset=8
          local.get 2
          local.get 5
          i64.load offset=32
          i64.store offset=44 align=4
          local.get 2
          local.get 5
          i32.load offset=40
          i32.store offset=52
          i32.const 0
          i32.const 0
          i32.store8 offset=1049960
          i32.const 1
          local.set 11
        end
        local.get 5
        i32.const 32
        i32.add
        i32.const 8
        local.get 11
        i32.const 6
        i32.shl
        call 82
        local.get 11
        i32.const 56
        i32.mul
        local.set 10
        local.get 5
        i32.load offset=32
        local.set 12
        i32.const 0
        local.set 8
        loop ;; label = @2
          block ;; label = @3
            block ;; label = @4
              block ;; label = @5
                block ;; label = @6
                  block ;; label = @7
                    block ;; label = @8
                      block ;; label = @9
                        local.get 10
                        i32.eqz
                        br_if 0 (;@9;)
                        local.get 2
                        i32.load offset=40
                        local.tee 1
                        i32.const -2147483644
                        i32.eq
                        br_if 0 (;@9;)
                        local.get 2
                        i32.load offset=36
                        local.set 9
                        local.get 2
                        i32.load offset=32
                        local.set 13
                        local.get 2
                        i64.load offset=24
                        local.set 7
                        local.get 2
                        i64.load offset=16
                        local.set 6
                        local.get 2
                        i64.load offset=44 align=4
                        local.set 4
                        local.get 12
                        local.get 8
                        i32.add
                        local.tee 0
                        local.get 2
                        v128.load align=8
                        v128.store align=8
                        local.get 1
                        i32.const -2147483648
                        i32.xor
                        i32.const 4
                        local.get 1
                        i32.const 0
                        i32.lt_s
                        select
                        br_table 1 (;@8;) 2 (;@7;) 3 (;@6;) 4 (;@5;) 5 (;@4;) 1 (;@8;)
                      end
                      i32.const 0
                      local.get 12
                      i32.store offset=1049964
                      i32.const 0
                      local.get 11
                      i32.store offset=1049968
                      br 7 (;@1;)
                    end
                    local.get 0
                    i32.const 16
                    i32.add
                    i32.const 0
                    i32.store8
                    br 4 (;@3;)
                  end
                  local.get 0
                  i32.const 16
                  i32.add
                  i32.const 1
                  i32.store8
                  br 3 (;@3;)
                end
                local.get 0
                i32.const 16
                i32.add
                i32.const 2
                i32.store8
                br 2 (;@3;)
              end
              local.get 0
              i32.const 32
              i32.add
              local.get 7
              i64.store
              local.get 0
              i32.const 24
              i32.add
              local.get 6
              i64.store32
              local.get 0
              i32.const 16
              i32.add
              i32.const 3
              i32.store8
              br 1 (;@3;)
            end
            local.get 0
            i32.const 40
            i32.add
            local.get 7
            i64.store
            local.get 0
            i32.const 32
            i32.add
            local.get 6
            i64.store
            local.get 0
            i32.const 24
            i32.add
            local.get 13
            i32.store
            local.get 0
            i32.const 16
            i32.add
            i32.const 4
            i32.store8
            local.get 5
            local.get 4
            i64.store offset=36 align=4
            local.get 5
            local.get 1
            i32.store offset=32
            local.get 5
            local.get 5
            i32.const 32
            i32.add
            call 66
            local.get 5
            i64.load
            local.set 7
            local.get 0
            i32.const 56
            i32.add
            local.get 9
            i32.store
            local.get 0
            i32.const 48
            i32.add
            local.get 7
            i64.store
          end
          local.get 2
          i32.const 56
          i32.add
          local.set 2
          local.get 8
          i32.const 64
          i32.add
          local.set 8
          local.get 10
          i32.const -56
          i32.add
          local.set 10
          br 0 (;@2;)
        end
      end
      local.get 5
      i32.const 96
      i32.add
      global.set 0
      i32.const 1049960
    )
    (func (;85;) (type 2) (param i32)
      (local i32)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 1
      global.set 0
      i32.const 1048683
      local.get 1
      i32.const 1049852
      call 63
      unreachable
    )
    (func (;86;) (type 18) (param i32 i32 i32 i32) (result i32)
      (local i32 i32 i32 i32 i32 i64 i64 i64 i64 i32 i32 i32 i32 i32)
      global.get 0
      i32.const 288
      i32.sub
      local.tee 4
      global.set 0
      call 80
      local.get 4
      i32.const 140
      i32.add
      local.tee 5
      i32.const 1049085
      i32.const 3
      call 45
      local.get 4
      i32.const 176
      i32.add
      i32.const 1049085
      i32.const 3
      call 45
      local.get 4
      i32.const 188
      i32.add
      i32.const 1049098
      i32.const 4
      call 45
      local.get 4
      i32.const 200
      i32.add
      i32.const 1049102
      i32.const 4
      call 45
      local.get 4
      i32.const 212
      i32.add
      i32.const 1049106
      i32.const 9
      call 45
      i32.const 8
      i32.const 56
      call 37
      local.set 6
      local.get 4
      i32.const 248
      i32.add
      i32.const 1049115
      i32.const 5
      call 45
      local.get 4
      i32.const 272
      i32.add
      i32.const 1049120
      i32.const 4
      call 45
      local.get 4
      i32.const 232
      i32.add
      i32.const 1049124
      i32.const 4
      call 45
      local.get 6
      i64.const 1048576
      i64.store
      local.get 6
      i32.const 0
      i32.store8 offset=48
      local.get 6
      i32.const 0
      i32.store offset=44
      local.get 6
      local.get 4
      i64.load offset=248
      i64.store offset=8
      local.get 6
      local.get 4
      i32.load offset=256
      i32.store offset=16
      local.get 6
      local.get 4
      i64.load offset=272 align=4
      i64.store offset=20 align=4
      local.get 6
      local.get 4
      i32.load offset=280
      i32.store offset=28
      local.get 6
      local.get 4
      i64.load offset=232
      i64.store offset=32
      local.get 6
      local.get 4
      i32.load offset=240
      i32.store offset=40
      i32.const 4
      i32.const 48
      call 37
      local.set 7
      local.get 4
      i32.const 248
      i32.add
      i32.const 1049128
      i32.const 4
      call 45
      local.get 4
      i32.const 232
      i32.add
      i32.const 1049132
      i32.const 17
      call 45
      local.get 4
      i32.const 248
      i32.add
      i32.const 12
      i32.add
      i32.const 1049149
      i32.const 3
      call 45
      i32.const 4
      i32.const 12
      call 37
      local.set 8
      local.get 4
      i32.const 272
      i32.add
      i32.const 1049152
      i32.const 9
      call 45
      local.get 8
      local.get 4
      i32.load offset=280
      i32.store offset=8
      local.get 8
      local.get 4
      i64.load offset=272 align=4
      i64.store align=4
      local.get 7
      local.get 4
      i64.load offset=264 align=4
      i64.store offset=16 align=4
      local.get 7
      local.get 4
      v128.load offset=248 align=4
      v128.store align=4
      local.get 7
      i32.const 1
      i32.store offset=32
      local.get 7
      local.get 8
      i32.store offset=28
      local.get 7
      i32.const 1
      i32.store offset=24
      local.get 7
      local.get 4
      i64.load offset=232 align=4
      i64.store offset=36 align=4
      local.get 7
      local.get 4
      i32.load offset=240
      i32.store offset=44
      local.get 4
      local.get 3
      i32.store offset=136
      local.get 4
      local.get 2
      i32.store offset=132
      local.get 4
      local.get 3
      i32.store offset=128
      local.get 4
      i64.const 72058697844523010
      i64.store offset=224
      local.get 4
      i32.const 1
      i32.store offset=172
      local.get 4
      local.get 7
      i32.store offset=168
      local.get 4
      i64.const 4294967297
      i64.store offset=160
      local.get 4
      local.get 6
      i32.store offset=156
      local.get 4
      i32.const 1
      i32.store offset=152
      local.get 4
      i64.const 512
      i64.store offset=120
      local.get 4
      i64.const 4294967297
      i64.store offset=112
      local.get 4
      i64.load offset=216
      local.set 9
      local.get 4
      i32.load offset=212
      local.set 8
      local.get 4
      i64.load offset=204 align=4
      local.set 10
      local.get 4
      i32.load offset=200
      local.set 3
      local.get 4
      i64.load offset=192
      local.set 11
      local.get 4
      i32.load offset=188
      local.set 2
      local.get 4
      i64.load offset=180 align=4
      local.set 12
      local.get 4
      i32.load offset=176
      local.set 13
      i32.const 0
      i32.const 0
      i32.store8 offset=1049960
      local.get 4
      i32.const 104
      i32.add
      local.get 4
      i32.const 128
      i32.add
      call 66
      i32.const 0
      local.get 4
      i64.load offset=104
      i64.store offset=1049968
      local.get 4
      i32.const 96
      i32.add
      local.get 5
      call 66
      i32.const 0
      local.get 4
      i64.load offset=96
      i64.store offset=1049976
      block ;; label = @1
        block ;; label = @2
          local.get 13
          i32.const -2147483648
          i32.eq
          br_if 0 (;@2;)
          i32.const 0
          i32.const 1
          i32.store8 offset=1049984
          local.get 4
          local.get 12
          i64.store offset=252 align=4
          local.get 4
          local.get 13
          i32.store offset=248
          local.get 4
          i32.const 88
          i32.add
          local.get 4
          i32.const 248
          i32.add
          call 66
          i32.const 0
          local.get 4
          i64.load offset=88
          i64.store offset=1049988 align=4
          br 1 (;@1;)
        end
        i32.const 0
        i32.const 0
        i32.store8 offset=1049984
      end
      i32.const 0
      i32.const 16777473
      i32.store offset=1050016
      i32.const 0
      i64.const 512
      i64.store offset=1050008
      i32.const 0
      i32.const 1
      i32.store offset=1050004
      i32.const 0
      i32.const 1
      i32.store8 offset=1050000
      i32.const 0
      i32.const 2
      i32.store offset=1049996
      block ;; label = @1
        block ;; label = @2
          local.get 2
          i32.const -2147483648
          i32.eq
          br_if 0 (;@2;)
          i32.const 0
          i32.const 1
          i32.store8 offset=1050020
          local.get 4
          local.get 11
          i64.store offset=252 align=4
          local.get 4
          local.get 2
          i32.store offset=248
          local.get 4
          i32.const 80
          i32.add
          local.get 4
          i32.const 248
          i32.add
          call 66
          i32.const 0
          local.get 4
          i64.load offset=80
          i64.store offset=1050024
          br 1 (;@1;)
        end
        i32.const 0
        i32.const 0
        i32.store8 offset=1050020
      end
      block ;; label = @1
        block ;; label = @2
          local.get 3
          i32.const -2147483648
          i32.eq
          br_if 0 (;@2;)
          i32.const 0
          i32.const 1
          i32.store8 offset=1050032
          local.get 4
          local.get 10
          i64.store offset=252 align=4
          local.get 4
          local.get 3
          i32.store offset=248
          local.get 4
          i32.const 72
          i32.add
          local.get 4
          i32.const 248
          i32.add
          call 66
          i32.const 0
          local.get 4
          i64.load offset=72
          i64.store offset=1050036 align=4
          br 1 (;@1;)
        end
        i32.const 0
        i32.const 0
        i32.store8 offset=1050032
      end
      block ;; label = @1
        block ;; label = @2
          local.get 8
          i32.const -2147483648
          i32.eq
          br_if 0 (;@2;)
          i32.const 0
          i32.const 1
          i32.store8 offset=1050044
          local.get 4
          local.get 9
          i64.store offset=252 align=4
          local.get 4
          local.get 8
          i32.store offset=248
          local.get 4
          i32.const 64
          i32.add
          local.get 4
          i32.const 248
          i32.add
          call 66
          i32.const 0
          local.get 4
          i64.load offset=64
          i64.store offset=1050048
          br 1 (;@1;)
        end
        i32.const 0
        i32.const 0
        i32.store8 offset=1050044
      end
      local.get 4
      i32.const 248
      i32.add
      i32.const 8
      i32.const 48
      call 82
      local.get 4
      i32.load offset=248
      local.set 14
      i32.const 0
      local.set 2
      i32.const 0
      local.set 3
      block ;; label = @1
        loop ;; label = @2
          block ;; label = @3
            block ;; label = @4
              block ;; label = @5
                local.get 3
                i32.const 56
                i32.eq
                br_if 0 (;@5;)
                local.get 6
                local.get 3
                i32.add
                local.tee 8
                i32.const 8
                i32.add
                i32.load
                local.tee 5
                i32.const -2147483648
                i32.eq
                br_if 0 (;@5;)
                local.get 8
                i32.const 12
                i32.add
                i64.load align=4
                local.set 9
                local.get 8
                i64.load
                local.set 10
                local.get 4
                local.get 8
                i32.const 28
                i32.add
                i32.load
                i32.store offset=256
                local.get 4
                local.get 8
                i32.const 20
                i32.add
                i64.load align=4
                i64.store offset=248
                local.get 8
                i32.const 36
                i32.add
                i64.load align=4
                local.set 11
                local.get 8
                i32.const 48
                i32.add
                i32.load8_u
                local.set 15
                local.get 8
                i32.const 32
                i32.add
                i32.load
                local.set 13
                local.get 8
                i32.const 44
                i32.add
                i32.load
                local.set 16
                local.get 4
                local.get 9
                i64.store offset=276 align=4
                local.get 4
                local.get 5
                i32.store offset=272
                local.get 4
                i32.const 56
                i32.add
                local.get 4
                i32.const 272
                i32.add
                call 66
                local.get 4
                i64.load offset=56
                local.set 9
                local.get 14
                local.get 2
                i32.add
                local.tee 8
                i32.const 16
                i32.add
                local.get 16
                i32.store
                local.get 8
                i32.const 8
                i32.add
                local.get 10
                i64.store
                local.get 8
                local.get 9
                i64.store align=4
                local.get 4
                i32.const 48
                i32.add
                local.get 4
                i32.const 248
                i32.add
                call 66
                local.get 8
                i32.const 20
                i32.add
                local.get 4
                i64.load offset=48
                i64.store align=4
                local.get 13
                i32.const -2147483648
                i32.eq
                br_if 1 (;@4;)
                local.get 8
                i32.const 28
                i32.add
                i32.const 1
                i32.store8
                local.get 4
                local.get 11
                i64.store offset=252 align=4
                local.get 4
                local.get 13
                i32.store offset=248
                local.get 4
                i32.const 40
                i32.add
                local.get 4
                i32.const 248
                i32.add
                call 66
                local.get 8
                i32.const 32
                i32.add
                local.get 4
                i64.load offset=40
                i64.store align=4
                br 2 (;@3;)
              end
              i32.const 0
              local.get 14
              i32.store offset=1050056
              i32.const 0
              i32.const 1
              i32.store offset=1050060
              local.get 4
              i32.const 248
              i32.add
              i32.const 4
              i32.const 36
              call 82
              local.get 4
              i32.load offset=248
              local.set 17
              i32.const 0
              local.set 15
              i32.const 0
              local.set 6
              loop ;; label = @5
                local.get 15
                i32.const 48
                i32.eq
                br_if 4 (;@1;)
                local.get 7
                local.get 15
                i32.add
                local.tee 3
                i32.load
                local.tee 13
                i32.const -2147483648
                i32.eq
                br_if 4 (;@1;)
                local.get 4
                local.get 3
                i64.load offset=12 align=4
                i64.store offset=272
                local.get 4
                local.get 3
                i32.load offset=20
                i32.store offset=280
                local.get 3
                i32.load offset=28
                local.set 8
                local.get 3
                i32.load offset=32
                local.set 16
                local.get 3
                i64.load offset=40 align=4
                local.set 9
                local.get 3
                i32.load offset=36
                local.set 2
                local.get 4
                local.get 3
                i64.load offset=4 align=4
                i64.store offset=252 align=4
                local.get 4
                local.get 13
                i32.store offset=248
                local.get 4
                i32.const 32
                i32.add
                local.get 4
                i32.const 248
                i32.add
                call 66
                local.get 17
                local.get 6
                i32.const 36
                i32.mul
                i32.add
                local.tee 5
                local.get 4
                i64.load offset=32
                i64.store align=4
                block ;; label = @6
                  block ;; label = @7
                    local.get 2
                    i32.const -2147483648
                    i32.eq
                    br_if 0 (;@7;)
                    local.get 5
                    i32.const 1
                    i32.store8 offset=8
                    local.get 4
                    local.get 9
                    i64.store offset=252 align=4
                    local.get 4
                    local.get 2
                    i32.store offset=248
                    local.get 4
                    i32.const 24
                    i32.add
                    local.get 4
                    i32.const 248
                    i32.add
                    call 66
                    local.get 5
                    local.get 4
                    i64.load offset=24
                    i64.store offset=12 align=4
                    br 1 (;@6;)
                  end
                  local.get 5
                  i32.const 0
                  i32.store8 offset=8
                end
                local.get 15
                i32.const 48
                i32.add
                local.set 15
                local.get 6
                i32.const 1
                i32.add
                local.set 6
                local.get 4
                i32.const 16
                i32.add
                local.get 4
                i32.const 272
                i32.add
                call 66
                local.get 5
                local.get 4
                i64.load offset=16
                i64.store offset=20 align=4
                local.get 4
                i32.const 248
                i32.add
                i32.const 4
                local.get 16
                i32.const 3
                i32.shl
                call 82
                local.get 16
                i32.const 12
                i32.mul
                local.set 3
                local.get 4
                i32.load offset=248
                local.tee 14
                local.set 2
                block ;; label = @6
                  loop ;; label = @7
                    local.get 3
                    i32.eqz
                    br_if 1 (;@6;)
                    local.get 8
                    i32.load
                    local.tee 13
                    i32.const -2147483648
                    i32.eq
                    br_if 1 (;@6;)
                    local.get 4
                    local.get 8
                    i64.load offset=4 align=4
                    i64.store offset=252 align=4
                    local.get 4
                    local.get 13
                    i32.store offset=248
                    local.get 4
                    i32.const 8
                    i32.add
                    local.get 4
                    i32.const 248
                    i32.add
                    call 66
                    local.get 2
                    local.get 4
                    i64.load offset=8
                    i64.store align=4
                    local.get 2
                    i32.const 8
                    i32.add
                    local.set 2
                    local.get 3
                    i32.const -12
                    i32.add
                    local.set 3
                    local.get 8
                    i32.const 12
                    i32.add
                    local.set 8
                    br 0 (;@7;)
                  end
                end
                local.get 5
                local.get 14
                i32.store offset=28
                local.get 5
                local.get 16
                i32.store offset=32
                br 0 (;@5;)
              end
            end
            local.get 8
            i32.const 28
            i32.add
            i32.const 0
            i32.store8
          end
          local.get 8
          i32.const 40
          i32.add
          local.get 15
          i32.const 1
          i32.and
          i32.store8
          local.get 3
          i32.const 56
          i32.add
          local.set 3
          local.get 2
          i32.const 48
          i32.add
          local.set 2
          br 0 (;@2;)
        end
      end
      i32.const 0
      local.get 17
      i32.store offset=1050064
      i32.const 0
      i32.const 1
      i32.store offset=1050068
      local.get 4
      i32.const 288
      i32.add
      global.set 0
      i32.const 1049960
    )
    (func (;87;) (type 22) (param i32 i32 i32 i32 i32) (result i32)
      (local i32 i64 i32 i32 i32 i64 i64 i32)
      global.get 0
      i32.const 112
      i32.sub
      local.tee 5
      global.set 0
      call 80
      block ;; label = @1
        block ;; label = @2
          local.get 2
          br_if 0 (;@2;)
          i32.const -2147483648
          local.set 4
          br 1 (;@1;)
        end
        local.get 4
        i64.extend_i32_u
        i64.const 32
        i64.shl
        local.get 3
        i64.extend_i32_u
        i64.or
        local.set 6
      end
      local.get 5
      i32.const 48
      i32.add
      i32.const 1049076
      i32.const 8
      call 45
      local.get 5
      i32.const 96
      i32.add
      i32.const 1049084
      i32.const 1
      call 45
      local.get 5
      i32.const 80
      i32.add
      i32.const 1049085
      i32.const 3
      call 45
      local.get 5
      i32.const 64
      i32.add
      i32.const 1049088
      i32.const 5
      call 45
      i32.const 8
      i32.const 64
      call 37
      local.tee 7
      i64.const 7
      i64.store offset=8
      local.get 7
      i64.const 1
      i64.store
      local.get 7
      local.get 5
      i64.load offset=48
      i64.store offset=16
      local.get 7
      local.get 5
      i32.load offset=56
      i32.store offset=24
      local.get 7
      local.get 5
      i64.load offset=96 align=4
      i64.store offset=28 align=4
      local.get 7
      local.get 5
      i32.load offset=104
      i32.store offset=36
      local.get 7
      local.get 5
      i64.load offset=80
      i64.store offset=40
      local.get 7
      local.get 5
      i32.load offset=88
      i32.store offset=48
      local.get 7
      local.get 5
      i64.load offset=64 align=4
      i64.store offset=52 align=4
      local.get 7
      local.get 5
      i32.load offset=72
      i32.store offset=60
      i32.const 0
      local.set 8
      i32.const 0
      i32.const 0
      i32.store8 offset=1049960
      local.get 5
      i32.const 48
      i32.add
      i32.const 8
      i32.const 48
      call 82
      local.get 5
      i32.load offset=48
      local.set 9
      i32.const 0
      local.set 3
      block ;; label = @1
        loop ;; label = @2
          local.get 3
          i32.const 64
          i32.eq
          br_if 1 (;@1;)
          local.get 7
          local.get 3
          i32.add
          local.tee 2
          i64.load
          local.tee 10
          i64.const 2
          i64.eq
          br_if 1 (;@1;)
          local.get 2
          i32.const 8
          i32.add
          i64.load
          local.set 11
          local.get 5
          local.get 2
          i32.const 24
          i32.add
          i32.load
          i32.store offset=72
          local.get 5
          local.get 2
          i32.const 16
          i32.add
          i64.load
          i64.store offset=64
          local.get 5
          local.get 2
          i32.const 36
          i32.add
          i32.load
          i32.store offset=88
          local.get 5
          local.get 2
          i32.const 28
          i32.add
          i64.load align=4
          i64.store offset=80
          local.get 5
          local.get 2
          i32.const 48
          i32.add
          i32.load
          i32.store offset=104
          local.get 5
          local.get 2
          i32.const 40
          i32.add
          i64.load
          i64.store offset=96
          local.get 5
          local.get 2
          i32.const 60
          i32.add
          i32.load
          i32.store offset=56
          local.get 5
          local.get 2
          i32.const 52
          i32.add
          i64.load align=4
          i64.store offset=48
          local.get 5
          i32.const 40
          i32.add
          local.get 5
          i32.const 64
          i32.add
          call 66
          local.get 9
          local.get 8
          i32.add
          local.tee 2
          local.get 5
          i64.load offset=40
          i64.store align=4
          local.get 5
          i32.const 32
          i32.add
          local.get 5
          i32.const 80
          i32.add
          call 66
          local.get 2
          i32.const 8
          i32.add
          local.get 5
          i64.load offset=32
          i64.store align=4
          local.get 5
          i32.const 24
          i32.add
          local.get 5
          i32.const 96
          i32.add
          call 66
          local.get 2
          i32.const 16
          i32.add
          local.get 5
          i64.load offset=24
          i64.store align=4
          local.get 5
          i32.const 16
          i32.add
          local.get 5
          i32.const 48
          i32.add
          call 66
          local.get 2
          i32.const 24
          i32.add
          local.get 5
          i64.load offset=16
          i64.store align=4
          i32.const 0
          local.set 12
          block ;; label = @3
            local.get 10
            i32.wrap_i64
            i32.const 1
            i32.and
            i32.eqz
            br_if 0 (;@3;)
            local.get 2
            i32.const 40
            i32.add
            local.get 11
            i64.store
            i32.const 1
            local.set 12
          end
          local.get 2
          i32.const 32
          i32.add
          local.get 12
          i32.store8
          local.get 3
          i32.const 64
          i32.add
          local.set 3
          local.get 8
          i32.const 48
          i32.add
          local.set 8
          br 0 (;@2;)
        end
      end
      i32.const 0
      local.get 9
      i32.store offset=1049964
      i32.const 0
      i32.const 1
      i32.store offset=1049968
      block ;; label = @1
        block ;; label = @2
          local.get 4
          i32.const -2147483648
          i32.eq
          br_if 0 (;@2;)
          i32.const 0
          i32.const 1
          i32.store8 offset=1049972
          local.get 5
          local.get 6
          i64.store offset=52 align=4
          local.get 5
          local.get 4
          i32.store offset=48
          local.get 5
          i32.const 8
          i32.add
          local.get 5
          i32.const 48
          i32.add
          call 66
          i32.const 0
          local.get 5
          i64.load offset=8
          i64.store offset=1049976
          br 1 (;@1;)
        end
        i32.const 0
        i32.const 0
        i32.store8 offset=1049972
      end
      local.get 5
      i32.const 112
      i32.add
      global.set 0
      i32.const 1049960
    )
    (func (;88;) (type 24) (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
      (local i32 i64 i32 i32 i64 i32 i64)
      global.get 0
      i32.const 112
      i32.sub
      local.tee 8
      global.set 0
      local.get 4
      i32.const -2147483648
      local.get 2
      select
      local.set 2
      call 80
      block ;; label = @1
        block ;; label = @2
          local.get 5
          br_if 0 (;@2;)
          i32.const -2147483648
          local.set 7
          br 1 (;@1;)
        end
        local.get 7
        i64.extend_i32_u
        i64.const 32
        i64.shl
        local.get 6
        i64.extend_i32_u
        i64.or
        local.set 9
      end
      local.get 8
      i32.const 80
      i32.add
      i32.const 1049084
      i32.const 1
      call 45
      i32.const 4
      i32.const 40
      call 37
      local.tee 10
      i32.const 1
      i32.store8 offset=36
      local.get 10
      local.get 9
      i64.store offset=28 align=4
      local.get 10
      local.get 7
      i32.store offset=24
      local.get 10
      i32.const 0
      local.get 4
      local.get 2
      i32.const -2147483648
      i32.eq
      local.tee 7
      select
      i32.store offset=20
      local.get 10
      i32.const 1
      local.get 3
      local.get 7
      select
      i32.store offset=16
      local.get 10
      i32.const 0
      local.get 2
      local.get 7
      select
      i32.store offset=12
      local.get 10
      local.get 8
      i32.load offset=88
      i32.store offset=8
      local.get 10
      local.get 8
      i64.load offset=80 align=4
      i64.store align=4
      local.get 8
      i32.const 40
      i32.add
      i32.const 16
      i32.add
      i32.const 1049185
      i32.const 1
      call 45
      i32.const 0
      i32.const 0
      i32.store8 offset=1049960
      local.get 8
      i32.load offset=56
      local.set 11
      local.get 8
      i64.load offset=60 align=4
      local.set 12
      local.get 8
      i32.const 80
      i32.add
      i32.const 4
      i32.const 32
      call 82
      local.get 8
      i32.load offset=80
      local.set 13
      i32.const 0
      local.set 2
      i32.const 0
      local.set 7
      block ;; label = @1
        block ;; label = @2
          loop ;; label = @3
            block ;; label = @4
              block ;; label = @5
                block ;; label = @6
                  local.get 7
                  i32.const 40
                  i32.eq
                  br_if 0 (;@6;)
                  local.get 10
                  local.get 7
                  i32.add
                  local.tee 4
                  i32.load
                  local.tee 5
                  i32.const -2147483648
                  i32.eq
                  br_if 0 (;@6;)
                  local.get 4
                  i32.const 4
                  i32.add
                  i64.load align=4
                  local.set 9
                  local.get 8
                  local.get 4
                  i32.const 20
                  i32.add
                  i32.load
                  i32.store offset=88
                  local.get 8
                  local.get 4
                  i32.const 12
                  i32.add
                  i64.load align=4
                  i64.store offset=80
                  local.get 4
                  i32.const 28
                  i32.add
                  i64.load align=4
                  local.set 14
                  local.get 4
                  i32.const 36
                  i32.add
                  i32.load8_u
                  local.set 6
                  local.get 4
                  i32.const 24
                  i32.add
                  i32.load
                  local.set 3
                  local.get 8
                  local.get 9
                  i64.store offset=104 align=4
                  local.get 8
                  local.get 5
                  i32.store offset=100
                  local.get 8
                  i32.const 32
                  i32.add
                  local.get 8
                  i32.const 100
                  i32.add
                  call 66
                  local.get 13
                  local.get 2
                  i32.add
                  local.tee 4
                  local.get 8
                  i64.load offset=32
                  i64.store align=4
                  local.get 8
                  i32.const 24
                  i32.add
                  local.get 8
                  i32.const 80
                  i32.add
                  call 66
                  local.get 4
                  i32.const 8
                  i32.add
                  local.get 8
                  i64.load offset=24
                  i64.store align=4
                  local.get 3
                  i32.const -2147483648
                  i32.eq
                  br_if 1 (;@5;)
                  local.get 4
                  i32.const 16
                  i32.add
                  i32.const 1
                  i32.store8
                  local.get 8
                  local.get 14
                  i64.store offset=84 align=4
                  local.get 8
                  local.get 3
                  i32.store offset=80
                  local.get 8
                  i32.const 16
                  i32.add
                  local.get 8
                  i32.const 80
                  i32.add
                  call 66
                  local.get 4
                  i32.const 20
                  i32.add
                  local.get 8
                  i64.load offset=16
                  i64.store align=4
                  br 2 (;@4;)
                end
                i32.const 0
                local.get 13
                i32.store offset=1049964
                i32.const 0
                i32.const 1
                i32.store offset=1049968
                local.get 11
                i32.const -2147483648
                i32.eq
                br_if 3 (;@2;)
                i32.const 0
                i32.const 1
                i32.store8 offset=1049972
                local.get 8
                local.get 12
                i64.store offset=84 align=4
                local.get 8
                local.get 11
                i32.store offset=80
                local.get 8
                i32.const 8
                i32.add
                local.get 8
                i32.const 80
                i32.add
                call 66
                i32.const 0
                local.get 8
                i64.load offset=8
                i64.store offset=1049976
                br 4 (;@1;)
              end
              local.get 4
              i32.const 16
              i32.add
              i32.const 0
              i32.store8
            end
            local.get 4
            i32.const 28
            i32.add
            local.get 6
            i32.const 1
            i32.and
            i32.store8
            local.get 7
            i32.const 40
            i32.add
            local.set 7
            local.get 2
            i32.const 32
            i32.add
            local.set 2
            br 0 (;@3;)
          end
        end
        i32.const 0
        i32.const 0
        i32.store8 offset=1049972
      end
      local.get 8
      i32.const 112
      i32.add
      global.set 0
      i32.const 1049960
    )
    (func (;89;) (type 25) (param i32 i32 i32 i32 i32 i32) (result i32)
      (local i32 i32 i64 i32)
      global.get 0
      i32.const 80
      i32.sub
      local.tee 6
      global.set 0
      call 80
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            local.get 4
            local.get 5
            i32.const 1049186
            i32.const 5
            call 39
            i32.eqz
            br_if 0 (;@3;)
            local.get 6
            i32.const 68
            i32.add
            local.get 0
            local.get 1
            i32.const 1049191
            i32.const 4
            call 51
            local.get 6
            i32.const 28
            i32.add
            local.get 6
            i32.load offset=72
            local.get 6
            i32.load offset=76
            i32.const 0
            call 58
            local.get 6
            i32.load offset=32
            local.set 4
            block ;; label = @4
              local.get 6
              i32.load offset=28
              local.tee 1
              i32.const -2147483648
              i32.eq
              br_if 0 (;@4;)
              i32.const 0
              local.get 6
              i32.load8_u offset=64
              i32.store8 offset=1049968
              i32.const 0
              i32.const 1
              i32.store8 offset=1049960
              local.get 6
              i32.load offset=56
              local.set 5
              local.get 6
              i32.load offset=60
              local.set 7
              local.get 6
              i32.load offset=40
              local.set 0
              local.get 6
              i64.load offset=44 align=4
              local.set 8
              local.get 6
              local.get 6
              i32.load offset=36
              i32.store offset=36
              local.get 6
              local.get 4
              i32.store offset=32
              local.get 6
              local.get 1
              i32.store offset=28
              local.get 6
              i32.const 16
              i32.add
              local.get 6
              i32.const 28
              i32.add
              call 66
              i32.const 0
              local.get 6
              i64.load offset=16
              i64.store offset=1049972 align=4
              local.get 6
              local.get 8
              i64.store offset=32 align=4
              local.get 6
              local.get 0
              i32.store offset=28
              local.get 6
              i32.const 8
              i32.add
              local.get 6
              i32.const 28
              i32.add
              call 66
              i32.const 0
              local.get 6
              i64.load offset=8
              i64.store offset=1049980 align=4
              local.get 6
              i32.const 28
              i32.add
              i32.const 4
              local.get 7
              i32.const 3
              i32.shl
              call 82
              local.get 7
              i32.const 12
              i32.mul
              local.set 4
              local.get 6
              i32.load offset=28
              local.tee 9
              local.set 1
              loop ;; label = @5
                local.get 4
                i32.eqz
                br_if 3 (;@2;)
                local.get 5
                i32.load
                local.tee 0
                i32.const -2147483648
                i32.eq
                br_if 3 (;@2;)
                local.get 6
                local.get 5
                i64.load offset=4 align=4
                i64.store offset=32 align=4
                local.get 6
                local.get 0
                i32.store offset=28
                local.get 6
                local.get 6
                i32.const 28
                i32.add
                call 66
                local.get 1
                local.get 6
                i64.load
                i64.store align=4
                local.get 1
                i32.const 8
                i32.add
                local.set 1
                local.get 4
                i32.const -12
                i32.add
                local.set 4
                local.get 5
                i32.const 12
                i32.add
                local.set 5
                br 0 (;@5;)
              end
            end
            i32.const 0
            i32.const 1
            i32.store8 offset=1049968
            i32.const 0
            local.get 4
            i32.store offset=1049976
            i32.const 0
            i32.const 0
            i32.store8 offset=1049960
            local.get 6
            i32.const -1
            i32.store offset=28
            local.get 6
            i32.const 28
            i32.add
            call 59
            br 2 (;@1;)
          end
          i32.const 0
          i64.const 1048576
          i64.store offset=1049976
          i32.const 0
          i32.const 0
          i32.store8 offset=1049968
          i32.const 0
          i32.const 0
          i32.store8 offset=1049960
          br 1 (;@1;)
        end
        i32.const 0
        local.get 9
        i32.store offset=1049988
        i32.const 0
        local.get 7
        i32.store offset=1049992
      end
      local.get 6
      i32.const 80
      i32.add
      global.set 0
      i32.const 1049960
    )
    (func (;90;) (type 26) (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
      (local i32 i64)
      global.get 0
      i32.const 80
      i32.sub
      local.tee 9
      global.set 0
      call 80
      local.get 9
      local.get 8
      i32.store offset=76
      local.get 9
      local.get 7
      i32.store offset=72
      local.get 9
      local.get 8
      i32.store offset=68
      local.get 9
      local.get 1
      i32.store offset=64
      local.get 9
      local.get 0
      i32.store offset=60
      local.get 9
      local.get 1
      i32.store offset=56
      local.get 9
      i32.const 20
      i32.add
      local.get 9
      i32.const 56
      i32.add
      i32.const 2
      i32.const 1049093
      call 69
      i32.const 0
      i32.const 0
      i32.store8 offset=1049960
      local.get 9
      i64.load offset=24 align=4
      local.set 10
      block ;; label = @1
        block ;; label = @2
          local.get 9
          i32.load offset=20
          local.tee 8
          i32.const -2147483648
          i32.eq
          br_if 0 (;@2;)
          i32.const 0
          i32.const 1
          i32.store8 offset=1049964
          local.get 9
          local.get 10
          i64.store offset=60 align=4
          local.get 9
          local.get 8
          i32.store offset=56
          local.get 9
          i32.const 8
          i32.add
          local.get 9
          i32.const 56
          i32.add
          call 66
          i32.const 0
          i32.const 7
          i32.store offset=1049976
          local.get 9
          i32.load offset=12
          local.set 8
          local.get 9
          i32.load offset=8
          local.set 1
          br 1 (;@1;)
        end
        i32.const 0
        i32.const 0
        i32.store8 offset=1049964
        local.get 9
        i32.const 7
        i32.store offset=64
        local.get 9
        local.get 10
        i64.store offset=56
        local.get 9
        local.get 9
        i32.const 56
        i32.add
        call 66
        local.get 9
        i32.load offset=4
        local.set 8
        local.get 9
        i32.load
        local.set 1
      end
      i32.const 0
      local.get 1
      i32.store offset=1049968
      i32.const 0
      local.get 8
      i32.store offset=1049972
      local.get 9
      i32.const 80
      i32.add
      global.set 0
      i32.const 1049960
    )
    (func (;91;) (type 27) (param i64 i32) (result i32)
      (local i32 i32 i32 i32)
      global.get 0
      i32.const 32
      i32.sub
      local.tee 2
      global.set 0
      call 80
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            local.get 0
            i32.wrap_i64
            local.tee 3
            i32.const 255
            i32.and
            br_if 0 (;@3;)
            local.get 2
            i32.const 20
            i32.add
            local.get 1
            i32.const 1
            i32.const 1
            i32.const 1
            call 76
            local.get 2
            i32.load offset=24
            local.set 4
            local.get 2
            i32.load offset=20
            i32.eqz
            br_if 1 (;@2;)
            local.get 4
            local.get 2
            i32.load offset=28
            call 72
            unreachable
          end
          local.get 2
          i32.const 8
          i32.add
          local.get 1
          i32.const 1
          i32.const 1
          call 65
          local.get 2
          i32.load offset=8
          local.set 4
          local.get 2
          i32.load offset=12
          local.set 5
          local.get 1
          i32.eqz
          br_if 1 (;@1;)
          local.get 5
          local.get 3
          local.get 1
          memory.fill
          br 1 (;@1;)
        end
        local.get 2
        i32.load offset=28
        local.set 5
      end
      i32.const 0
      i32.const 0
      i32.store8 offset=1049960
      local.get 2
      local.get 1
      i32.store offset=28
      local.get 2
      local.get 5
      i32.store offset=24
      local.get 2
      local.get 4
      i32.store offset=20
      local.get 2
      local.get 2
      i32.const 20
      i32.add
      call 66
      i32.const 0
      local.get 2
      i64.load
      i64.store offset=1049964 align=4
      local.get 2
      i32.const 32
      i32.add
      global.set 0
      i32.const 1049960
    )
    (func (;92;) (type 26) (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
      (local i32)
      global.get 0
      i32.const 32
      i32.sub
      local.tee 9
      global.set 0
      call 80
      i32.const 0
      i32.const 0
      i32.store8 offset=1049964
      i32.const 0
      i32.const 0
      i32.store8 offset=1049960
      local.get 9
      local.get 8
      i32.store offset=24
      local.get 9
      local.get 7
      i64.extend_i32_u
      i64.const 32
      i64.shl
      local.get 8
      i64.extend_i32_u
      i64.or
      i64.store offset=16
      local.get 9
      i32.const 8
      i32.add
      local.get 9
      i32.const 16
      i32.add
      call 66
      i32.const 0
      local.get 9
      i64.load offset=8
      i64.store offset=1049968
      local.get 9
      i32.const 32
      i32.add
      global.set 0
      i32.const 1049960
    )
    (func (;93;) (type 28) (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
      (local i32 i64)
      global.get 0
      i32.const 96
      i32.sub
      local.tee 11
      global.set 0
      call 80
      local.get 11
      local.get 10
      i32.store offset=88
      local.get 11
      local.get 9
      i32.store offset=84
      local.get 11
      local.get 10
      i32.store offset=80
      local.get 11
      local.get 8
      i32.store offset=76
      local.get 11
      local.get 7
      i32.store offset=72
      local.get 11
      local.get 8
      i32.store offset=68
      local.get 11
      local.get 1
      i32.store offset=64
      local.get 11
      local.get 0
      i32.store offset=60
      local.get 11
      local.get 1
      i32.store offset=56
      local.get 11
      i32.const 24
      i32.add
      local.get 11
      i32.const 56
      i32.add
      i32.const 3
      i32.const 1049093
      call 69
      i32.const 0
      i32.const 0
      i32.store8 offset=1049964
      i32.const 0
      i32.const 0
      i32.store8 offset=1049960
      local.get 11
      i64.load offset=24 align=4
      local.set 12
      local.get 11
      local.get 11
      i32.load offset=32
      i32.store offset=64
      local.get 11
      local.get 12
      i64.store offset=56
      local.get 11
      i32.const 8
      i32.add
      local.get 11
      i32.const 56
      i32.add
      call 66
      i32.const 0
      local.get 11
      i64.load offset=8
      i64.store offset=1049968
      local.get 11
      i32.const 96
      i32.add
      global.set 0
      i32.const 1049960
    )
    (func (;94;) (type 2) (param i32)
      call 95
      unreachable
    )
    (func (;95;) (type 17)
      unreachable
    )
    (func (;96;) (type 17)
      i32.const 1049912
      i32.const 35
      i32.const 1049932
      call 63
      unreachable
    )
    (func (;97;) (type 2) (param i32)
      local.get 0
      call 94
      unreachable
    )
    (func (;98;) (type 18) (param i32 i32 i32 i32) (result i32)
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            block ;; label = @4
              local.get 1
              br_if 0 (;@4;)
              local.get 3
              i32.eqz
              br_if 2 (;@2;)
              local.get 2
              local.get 3
              call 35
              local.set 2
              br 1 (;@3;)
            end
            local.get 0
            local.get 1
            local.get 2
            local.get 3
            call 34
            local.set 2
          end
          local.get 2
          i32.eqz
          br_if 1 (;@1;)
        end
        local.get 2
        return
      end
      unreachable
    )
    (func (;99;) (type 18) (param i32 i32 i32 i32) (result i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      call 98
    )
    (func (;100;) (type 20) (param i32 i32 i32) (result i32)
      (local i32 i32 i32)
      i32.const 0
      local.set 3
      block ;; label = @1
        local.get 2
        i32.eqz
        br_if 0 (;@1;)
        block ;; label = @2
          loop ;; label = @3
            local.get 0
            i32.load8_u
            local.tee 4
            local.get 1
            i32.load8_u
            local.tee 5
            i32.ne
            br_if 1 (;@2;)
            local.get 0
            i32.const 1
            i32.add
            local.set 0
            local.get 1
            i32.const 1
            i32.add
            local.set 1
            local.get 2
            i32.const -1
            i32.add
            local.tee 2
            i32.eqz
            br_if 2 (;@1;)
            br 0 (;@3;)
          end
        end
        local.get 4
        local.get 5
        i32.sub
        local.set 3
      end
      local.get 3
    )
    (data (;0;) (i32.const 1048576) "\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\10range end index \c0\22 out of range for slice of length \c0\00\c0\02: \c0\00/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/alloc/src/str.rs\00/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/str/pattern.rs\00/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/alloc/src/raw_vec/mod.rs\00............./tests/kept/v0.1/source/src/lib.rs\00&copy_from_slice: source slice length (\c0+) does not match destination slice length (\c0\01)\00\00\ba\00\10\00O\00\00\00\cd\01\00\007\00\00\00snapshot1webtoken nonehinthost192.0.2.1disk0scsipoolnic000:50:56:00:00:01net192.0.2.2zeroholestoredpackedzlib2wholediskurl,kept-source0.1.0Every call of a source.{\22type\22:\22object\22,\22additionalProperties\22:false,\22properties\22:{}}\22\22:{\22type\22:\22string\22,\22description\22:\22For the test.\22}http.openx-authhttp.authorizeMARKER-0001http.substitutePOST/accept*/*http.sendkepthttp.responsehttp.local-addresskeyvalueprogress.cancelledclock.nowclock.elapsedonesecrets.generate-ssh-keytwosecrets.generate-host-keythreesecrets.generate-winrm-loginownsecrets.opensecrets.revealdisk.codecsdisk.opendisk.sizedisk.writedisk.zerodisk.flushdisk.readdisk.bytesdisk.extentsdisk.idkept.not-foundIt is not there.the firstthe secondrootssh-ed25519 AAAAssh.opentrueKEYssh.run/assh.read-filexssh.write-fileokwrong[\01\10\00/\00\00\00\10\00\00\00\05\00\00\00mid > len\00\00\00q\00\10\00H\00\00\00\b1\00\00\00\16\00\00\00q\00\10\00H\00\00\00\9a\00\00\00\0a\00\00\00capacity overflow\00\00\00\0a\01\10\00P\00\00\00\1c\00\00\00\05\00\00\00\02\00\00\00")
    (@producers
      (processed-by "wit-component" "0.258.3")
      (processed-by "wit-bindgen-rust" "0.61.1")
    )
  )
  (core module $wit-component-shim-module (;1;)
    (type (;0;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (type (;1;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (type (;2;) (func (param i32 i32 i32 i32)))
    (type (;3;) (func (param i32 i32 i32 i32 i32 i32 i32)))
    (type (;4;) (func (param i32)))
    (type (;5;) (func (param i32 i64 i32 i32 i32)))
    (type (;6;) (func (param i32 i64 i64 i32)))
    (type (;7;) (func (param i32 i32)))
    (type (;8;) (func (param i32 i64 i32 i32)))
    (type (;9;) (func (param i32 i32 i32 i32 i32)))
    (type (;10;) (func (param i32 i32 i64 i32 i64)))
    (type (;11;) (func (param i32 i32 i32)))
    (type (;12;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (table (;0;) 23 23 funcref)
    (export "0" (func 0))
    (export "1" (func 1))
    (export "2" (func 2))
    (export "3" (func 3))
    (export "4" (func 4))
    (export "5" (func 5))
    (export "6" (func 6))
    (export "7" (func 7))
    (export "8" (func 8))
    (export "9" (func 9))
    (export "10" (func 10))
    (export "11" (func 11))
    (export "12" (func 12))
    (export "13" (func 13))
    (export "14" (func 14))
    (export "15" (func 15))
    (export "16" (func 16))
    (export "17" (func 17))
    (export "18" (func 18))
    (export "19" (func 19))
    (export "20" (func 20))
    (export "21" (func 21))
    (export "22" (func 22))
    (export "$imports" (table 0))
    (func (;0;) (type 0) (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      local.get 5
      local.get 6
      local.get 7
      local.get 8
      local.get 9
      local.get 10
      i32.const 0
      call_indirect (type 0)
    )
    (func (;1;) (type 1) (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      local.get 5
      local.get 6
      local.get 7
      local.get 8
      local.get 9
      i32.const 1
      call_indirect (type 1)
    )
    (func (;2;) (type 2) (param i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 2
      call_indirect (type 2)
    )
    (func (;3;) (type 3) (param i32 i32 i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      local.get 5
      local.get 6
      i32.const 3
      call_indirect (type 3)
    )
    (func (;4;) (type 2) (param i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 4
      call_indirect (type 2)
    )
    (func (;5;) (type 4) (param i32)
      local.get 0
      i32.const 5
      call_indirect (type 4)
    )
    (func (;6;) (type 5) (param i32 i64 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      i32.const 6
      call_indirect (type 5)
    )
    (func (;7;) (type 6) (param i32 i64 i64 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 7
      call_indirect (type 6)
    )
    (func (;8;) (type 7) (param i32 i32)
      local.get 0
      local.get 1
      i32.const 8
      call_indirect (type 7)
    )
    (func (;9;) (type 8) (param i32 i64 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 9
      call_indirect (type 8)
    )
    (func (;10;) (type 6) (param i32 i64 i64 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 10
      call_indirect (type 6)
    )
    (func (;11;) (type 9) (param i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      i32.const 11
      call_indirect (type 9)
    )
    (func (;12;) (type 10) (param i32 i32 i64 i32 i64)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      i32.const 12
      call_indirect (type 10)
    )
    (func (;13;) (type 11) (param i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      i32.const 13
      call_indirect (type 11)
    )
    (func (;14;) (type 11) (param i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      i32.const 14
      call_indirect (type 11)
    )
    (func (;15;) (type 11) (param i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      i32.const 15
      call_indirect (type 11)
    )
    (func (;16;) (type 11) (param i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      i32.const 16
      call_indirect (type 11)
    )
    (func (;17;) (type 7) (param i32 i32)
      local.get 0
      local.get 1
      i32.const 17
      call_indirect (type 7)
    )
    (func (;18;) (type 1) (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      local.get 5
      local.get 6
      local.get 7
      local.get 8
      local.get 9
      i32.const 18
      call_indirect (type 1)
    )
    (func (;19;) (type 9) (param i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      i32.const 19
      call_indirect (type 9)
    )
    (func (;20;) (type 9) (param i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      i32.const 20
      call_indirect (type 9)
    )
    (func (;21;) (type 12) (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      local.get 5
      local.get 6
      local.get 7
      local.get 8
      local.get 9
      local.get 10
      local.get 11
      i32.const 21
      call_indirect (type 12)
    )
    (func (;22;) (type 7) (param i32 i32)
      local.get 0
      local.get 1
      i32.const 22
      call_indirect (type 7)
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core instance $wit-component-shim-instance (;0;) (instantiate $wit-component-shim-module))
  (alias export $gyre:host/errors@0.1.0 "error" (type $"#type20 error" (@name "error") (;20;)))
  (alias export $gyre:host/extents@0.1.0 "extent" (type $"#type21 extent" (@name "extent") (;21;)))
  (alias export $gyre:host/disk@0.1.0 "disk" (type $disk (;22;)))
  (alias export $gyre:plugin/types@0.1.0 "vm-spec" (type $vm-spec (;23;)))
  (alias export $gyre:plugin/types@0.1.0 "step" (type $step (;24;)))
  (alias export $gyre:plugin/types@0.1.0 "outcome" (type $outcome (;25;)))
  (alias export $gyre:plugin/types@0.1.0 "state" (type $state (;26;)))
  (alias export $gyre:plugin/types@0.1.0 "finding" (type $finding (;27;)))
  (alias export $gyre:plugin/types@0.1.0 "marked-page" (type $marked-page (;28;)))
  (type (;29;) (option string))
  (type (;30;) (record (field "id" string) (field "name" string) (field "os-hint" 29) (field "powered-on" bool)))
  (type (;31;) (list 30))
  (type (;32;) (record (field "vms" 31) (field "next" 29)))
  (type (;33;) (own $disk))
  (type (;34;) (variant (case "plugin" u64) (case "disk" 33)))
  (type (;35;) (record (field "name" string) (field "version" string) (field "summary" string) (field "config-schema" string)))
  (alias core export $wit-component-shim-instance "0" (core func $"indirect-gyre:host/ssh@0.1.0-[static]session.open" (;0;)))
  (alias core export $wit-component-shim-instance "1" (core func $"indirect-gyre:host/ssh@0.1.0-[method]session.run" (;1;)))
  (alias core export $wit-component-shim-instance "2" (core func $"indirect-gyre:host/ssh@0.1.0-[method]session.read-file" (;2;)))
  (alias core export $wit-component-shim-instance "3" (core func $"indirect-gyre:host/ssh@0.1.0-[method]session.write-file" (;3;)))
  (alias export $gyre:host/ssh@0.1.0 "session" (type $session (;36;)))
  (core func $resource.drop (;4;) (canon resource.drop $session))
  (core instance $gyre:host/ssh@0.1.0 (;1;)
    (export "[static]session.open" (func $"indirect-gyre:host/ssh@0.1.0-[static]session.open"))
    (export "[method]session.run" (func $"indirect-gyre:host/ssh@0.1.0-[method]session.run"))
    (export "[method]session.read-file" (func $"indirect-gyre:host/ssh@0.1.0-[method]session.read-file"))
    (export "[method]session.write-file" (func $"indirect-gyre:host/ssh@0.1.0-[method]session.write-file"))
    (export "[resource-drop]session" (func $resource.drop))
  )
  (alias core export $wit-component-shim-instance "4" (core func $"indirect-gyre:host/disk@0.1.0-[static]disk.open" (;5;)))
  (alias export $gyre:host/disk@0.1.0 "disk" (type $"#type37 disk" (@name "disk") (;37;)))
  (core func $"#core-func6 resource.drop" (@name "resource.drop") (;6;) (canon resource.drop $"#type37 disk"))
  (alias core export $wit-component-shim-instance "5" (core func $indirect-gyre:host/disk@0.1.0-codecs (;7;)))
  (alias export $gyre:host/disk@0.1.0 "[method]disk.size" (func $"[method]disk.size" (;0;)))
  (core func $"[method]disk.size" (;8;) (canon lower (func $"[method]disk.size")))
  (alias core export $wit-component-shim-instance "6" (core func $"indirect-gyre:host/disk@0.1.0-[method]disk.write" (;9;)))
  (alias core export $wit-component-shim-instance "7" (core func $"indirect-gyre:host/disk@0.1.0-[method]disk.zero" (;10;)))
  (alias core export $wit-component-shim-instance "8" (core func $"indirect-gyre:host/disk@0.1.0-[method]disk.flush" (;11;)))
  (alias core export $wit-component-shim-instance "9" (core func $"indirect-gyre:host/disk@0.1.0-[method]disk.read" (;12;)))
  (alias core export $wit-component-shim-instance "10" (core func $"indirect-gyre:host/disk@0.1.0-[method]disk.extents" (;13;)))
  (alias export $gyre:host/disk@0.1.0 "[method]disk.id" (func $"[method]disk.id" (;1;)))
  (core func $"[method]disk.id" (;14;) (canon lower (func $"[method]disk.id")))
  (core instance $gyre:host/disk@0.1.0 (;2;)
    (export "[static]disk.open" (func $"indirect-gyre:host/disk@0.1.0-[static]disk.open"))
    (export "[resource-drop]disk" (func $"#core-func6 resource.drop"))
    (export "codecs" (func $indirect-gyre:host/disk@0.1.0-codecs))
    (export "[method]disk.size" (func $"[method]disk.size"))
    (export "[method]disk.write" (func $"indirect-gyre:host/disk@0.1.0-[method]disk.write"))
    (export "[method]disk.zero" (func $"indirect-gyre:host/disk@0.1.0-[method]disk.zero"))
    (export "[method]disk.flush" (func $"indirect-gyre:host/disk@0.1.0-[method]disk.flush"))
    (export "[method]disk.read" (func $"indirect-gyre:host/disk@0.1.0-[method]disk.read"))
    (export "[method]disk.extents" (func $"indirect-gyre:host/disk@0.1.0-[method]disk.extents"))
    (export "[method]disk.id" (func $"[method]disk.id"))
  )
  (alias core export $wit-component-shim-instance "11" (core func $indirect-gyre:host/log@0.1.0-write (;15;)))
  (core instance $gyre:host/log@0.1.0 (;3;)
    (export "write" (func $indirect-gyre:host/log@0.1.0-write))
  )
  (alias core export $wit-component-shim-instance "12" (core func $indirect-gyre:host/progress@0.1.0-report (;16;)))
  (alias export $gyre:host/progress@0.1.0 "cancelled" (func $cancelled (;2;)))
  (core func $cancelled (;17;) (canon lower (func $cancelled)))
  (core instance $gyre:host/progress@0.1.0 (;4;)
    (export "report" (func $indirect-gyre:host/progress@0.1.0-report))
    (export "cancelled" (func $cancelled))
  )
  (alias export $gyre:host/clock@0.1.0 "now" (func $now (;3;)))
  (core func $now (;18;) (canon lower (func $now)))
  (alias export $gyre:host/clock@0.1.0 "sleep" (func $sleep (;4;)))
  (core func $sleep (;19;) (canon lower (func $sleep)))
  (alias export $gyre:host/clock@0.1.0 "elapsed" (func $elapsed (;5;)))
  (core func $elapsed (;20;) (canon lower (func $elapsed)))
  (core instance $gyre:host/clock@0.1.0 (;5;)
    (export "now" (func $now))
    (export "sleep" (func $sleep))
    (export "elapsed" (func $elapsed))
  )
  (alias core export $wit-component-shim-instance "13" (core func $"indirect-gyre:host/secrets@0.1.0-[static]secret.generate-ssh-key" (;21;)))
  (alias core export $wit-component-shim-instance "14" (core func $"indirect-gyre:host/secrets@0.1.0-[static]secret.generate-host-key" (;22;)))
  (alias core export $wit-component-shim-instance "15" (core func $"indirect-gyre:host/secrets@0.1.0-[static]secret.generate-winrm-login" (;23;)))
  (alias core export $wit-component-shim-instance "16" (core func $"indirect-gyre:host/secrets@0.1.0-[static]secret.open" (;24;)))
  (alias core export $wit-component-shim-instance "17" (core func $"indirect-gyre:host/secrets@0.1.0-[method]secret.reveal" (;25;)))
  (alias export $gyre:host/secrets@0.1.0 "secret" (type $"#type38 secret" (@name "secret") (;38;)))
  (core func $"#core-func26 resource.drop" (@name "resource.drop") (;26;) (canon resource.drop $"#type38 secret"))
  (core instance $gyre:host/secrets@0.1.0 (;6;)
    (export "[static]secret.generate-ssh-key" (func $"indirect-gyre:host/secrets@0.1.0-[static]secret.generate-ssh-key"))
    (export "[static]secret.generate-host-key" (func $"indirect-gyre:host/secrets@0.1.0-[static]secret.generate-host-key"))
    (export "[static]secret.generate-winrm-login" (func $"indirect-gyre:host/secrets@0.1.0-[static]secret.generate-winrm-login"))
    (export "[static]secret.open" (func $"indirect-gyre:host/secrets@0.1.0-[static]secret.open"))
    (export "[method]secret.reveal" (func $"indirect-gyre:host/secrets@0.1.0-[method]secret.reveal"))
    (export "[resource-drop]secret" (func $"#core-func26 resource.drop"))
  )
  (alias core export $wit-component-shim-instance "18" (core func $"indirect-gyre:host/http@0.1.0-[static]endpoint.open" (;27;)))
  (alias core export $wit-component-shim-instance "19" (core func $"indirect-gyre:host/http@0.1.0-[method]endpoint.authorize" (;28;)))
  (alias core export $wit-component-shim-instance "20" (core func $"indirect-gyre:host/http@0.1.0-[method]endpoint.substitute" (;29;)))
  (alias core export $wit-component-shim-instance "21" (core func $"indirect-gyre:host/http@0.1.0-[method]endpoint.send" (;30;)))
  (alias core export $wit-component-shim-instance "22" (core func $"indirect-gyre:host/http@0.1.0-[method]endpoint.local-address" (;31;)))
  (alias export $gyre:host/http@0.1.0 "endpoint" (type $endpoint (;39;)))
  (core func $"#core-func32 resource.drop" (@name "resource.drop") (;32;) (canon resource.drop $endpoint))
  (core instance $gyre:host/http@0.1.0 (;7;)
    (export "[static]endpoint.open" (func $"indirect-gyre:host/http@0.1.0-[static]endpoint.open"))
    (export "[method]endpoint.authorize" (func $"indirect-gyre:host/http@0.1.0-[method]endpoint.authorize"))
    (export "[method]endpoint.substitute" (func $"indirect-gyre:host/http@0.1.0-[method]endpoint.substitute"))
    (export "[method]endpoint.send" (func $"indirect-gyre:host/http@0.1.0-[method]endpoint.send"))
    (export "[method]endpoint.local-address" (func $"indirect-gyre:host/http@0.1.0-[method]endpoint.local-address"))
    (export "[resource-drop]endpoint" (func $"#core-func32 resource.drop"))
  )
  (core instance $main (;8;) (instantiate $main
      (with "gyre:host/ssh@0.1.0" (instance $gyre:host/ssh@0.1.0))
      (with "gyre:host/disk@0.1.0" (instance $gyre:host/disk@0.1.0))
      (with "gyre:host/log@0.1.0" (instance $gyre:host/log@0.1.0))
      (with "gyre:host/progress@0.1.0" (instance $gyre:host/progress@0.1.0))
      (with "gyre:host/clock@0.1.0" (instance $gyre:host/clock@0.1.0))
      (with "gyre:host/secrets@0.1.0" (instance $gyre:host/secrets@0.1.0))
      (with "gyre:host/http@0.1.0" (instance $gyre:host/http@0.1.0))
    )
  )
  (alias core export $main "memory" (core memory $memory (;0;)))
  (core module $wit-component-fixup (;2;)
    (type (;0;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (type (;1;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (type (;2;) (func (param i32 i32 i32 i32)))
    (type (;3;) (func (param i32 i32 i32 i32 i32 i32 i32)))
    (type (;4;) (func (param i32)))
    (type (;5;) (func (param i32 i64 i32 i32 i32)))
    (type (;6;) (func (param i32 i64 i64 i32)))
    (type (;7;) (func (param i32 i32)))
    (type (;8;) (func (param i32 i64 i32 i32)))
    (type (;9;) (func (param i32 i32 i32 i32 i32)))
    (type (;10;) (func (param i32 i32 i64 i32 i64)))
    (type (;11;) (func (param i32 i32 i32)))
    (type (;12;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "actual" "0" (func (;0;) (type 0)))
    (import "actual" "1" (func (;1;) (type 1)))
    (import "actual" "2" (func (;2;) (type 2)))
    (import "actual" "3" (func (;3;) (type 3)))
    (import "actual" "4" (func (;4;) (type 2)))
    (import "actual" "5" (func (;5;) (type 4)))
    (import "actual" "6" (func (;6;) (type 5)))
    (import "actual" "7" (func (;7;) (type 6)))
    (import "actual" "8" (func (;8;) (type 7)))
    (import "actual" "9" (func (;9;) (type 8)))
    (import "actual" "10" (func (;10;) (type 6)))
    (import "actual" "11" (func (;11;) (type 9)))
    (import "actual" "12" (func (;12;) (type 10)))
    (import "actual" "13" (func (;13;) (type 11)))
    (import "actual" "14" (func (;14;) (type 11)))
    (import "actual" "15" (func (;15;) (type 11)))
    (import "actual" "16" (func (;16;) (type 11)))
    (import "actual" "17" (func (;17;) (type 7)))
    (import "actual" "18" (func (;18;) (type 1)))
    (import "actual" "19" (func (;19;) (type 9)))
    (import "actual" "20" (func (;20;) (type 9)))
    (import "actual" "21" (func (;21;) (type 12)))
    (import "actual" "22" (func (;22;) (type 7)))
    (import "shim" "$imports" (table (;0;) 23 23 funcref))
    (elem (;0;) (i32.const 0) func 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22)
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (alias export $gyre:host/ssh@0.1.0 "[static]session.open" (func $"[static]session.open" (;6;)))
  (alias core export $main "cabi_realloc" (core func $cabi_realloc (;33;)))
  (core func $"#core-func34 indirect-gyre:host/ssh@0.1.0-[static]session.open" (@name "indirect-gyre:host/ssh@0.1.0-[static]session.open") (;34;) (canon lower (func $"[static]session.open") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/ssh@0.1.0 "[method]session.run" (func $"[method]session.run" (;7;)))
  (core func $"#core-func35 indirect-gyre:host/ssh@0.1.0-[method]session.run" (@name "indirect-gyre:host/ssh@0.1.0-[method]session.run") (;35;) (canon lower (func $"[method]session.run") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/ssh@0.1.0 "[method]session.read-file" (func $"[method]session.read-file" (;8;)))
  (core func $"#core-func36 indirect-gyre:host/ssh@0.1.0-[method]session.read-file" (@name "indirect-gyre:host/ssh@0.1.0-[method]session.read-file") (;36;) (canon lower (func $"[method]session.read-file") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/ssh@0.1.0 "[method]session.write-file" (func $"[method]session.write-file" (;9;)))
  (core func $"#core-func37 indirect-gyre:host/ssh@0.1.0-[method]session.write-file" (@name "indirect-gyre:host/ssh@0.1.0-[method]session.write-file") (;37;) (canon lower (func $"[method]session.write-file") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/disk@0.1.0 "[static]disk.open" (func $"[static]disk.open" (;10;)))
  (core func $"#core-func38 indirect-gyre:host/disk@0.1.0-[static]disk.open" (@name "indirect-gyre:host/disk@0.1.0-[static]disk.open") (;38;) (canon lower (func $"[static]disk.open") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/disk@0.1.0 "codecs" (func $codecs (;11;)))
  (core func $"#core-func39 indirect-gyre:host/disk@0.1.0-codecs" (@name "indirect-gyre:host/disk@0.1.0-codecs") (;39;) (canon lower (func $codecs) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/disk@0.1.0 "[method]disk.write" (func $"[method]disk.write" (;12;)))
  (core func $"#core-func40 indirect-gyre:host/disk@0.1.0-[method]disk.write" (@name "indirect-gyre:host/disk@0.1.0-[method]disk.write") (;40;) (canon lower (func $"[method]disk.write") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/disk@0.1.0 "[method]disk.zero" (func $"[method]disk.zero" (;13;)))
  (core func $"#core-func41 indirect-gyre:host/disk@0.1.0-[method]disk.zero" (@name "indirect-gyre:host/disk@0.1.0-[method]disk.zero") (;41;) (canon lower (func $"[method]disk.zero") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/disk@0.1.0 "[method]disk.flush" (func $"[method]disk.flush" (;14;)))
  (core func $"#core-func42 indirect-gyre:host/disk@0.1.0-[method]disk.flush" (@name "indirect-gyre:host/disk@0.1.0-[method]disk.flush") (;42;) (canon lower (func $"[method]disk.flush") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/disk@0.1.0 "[method]disk.read" (func $"[method]disk.read" (;15;)))
  (core func $"#core-func43 indirect-gyre:host/disk@0.1.0-[method]disk.read" (@name "indirect-gyre:host/disk@0.1.0-[method]disk.read") (;43;) (canon lower (func $"[method]disk.read") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/disk@0.1.0 "[method]disk.extents" (func $"[method]disk.extents" (;16;)))
  (core func $"#core-func44 indirect-gyre:host/disk@0.1.0-[method]disk.extents" (@name "indirect-gyre:host/disk@0.1.0-[method]disk.extents") (;44;) (canon lower (func $"[method]disk.extents") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/log@0.1.0 "write" (func $write (;17;)))
  (core func $"#core-func45 indirect-gyre:host/log@0.1.0-write" (@name "indirect-gyre:host/log@0.1.0-write") (;45;) (canon lower (func $write) (memory $memory) string-encoding=utf8))
  (alias export $gyre:host/progress@0.1.0 "report" (func $report (;18;)))
  (core func $"#core-func46 indirect-gyre:host/progress@0.1.0-report" (@name "indirect-gyre:host/progress@0.1.0-report") (;46;) (canon lower (func $report) (memory $memory) string-encoding=utf8))
  (alias export $gyre:host/secrets@0.1.0 "[static]secret.generate-ssh-key" (func $"[static]secret.generate-ssh-key" (;19;)))
  (core func $"#core-func47 indirect-gyre:host/secrets@0.1.0-[static]secret.generate-ssh-key" (@name "indirect-gyre:host/secrets@0.1.0-[static]secret.generate-ssh-key") (;47;) (canon lower (func $"[static]secret.generate-ssh-key") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/secrets@0.1.0 "[static]secret.generate-host-key" (func $"[static]secret.generate-host-key" (;20;)))
  (core func $"#core-func48 indirect-gyre:host/secrets@0.1.0-[static]secret.generate-host-key" (@name "indirect-gyre:host/secrets@0.1.0-[static]secret.generate-host-key") (;48;) (canon lower (func $"[static]secret.generate-host-key") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/secrets@0.1.0 "[static]secret.generate-winrm-login" (func $"[static]secret.generate-winrm-login" (;21;)))
  (core func $"#core-func49 indirect-gyre:host/secrets@0.1.0-[static]secret.generate-winrm-login" (@name "indirect-gyre:host/secrets@0.1.0-[static]secret.generate-winrm-login") (;49;) (canon lower (func $"[static]secret.generate-winrm-login") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/secrets@0.1.0 "[static]secret.open" (func $"[static]secret.open" (;22;)))
  (core func $"#core-func50 indirect-gyre:host/secrets@0.1.0-[static]secret.open" (@name "indirect-gyre:host/secrets@0.1.0-[static]secret.open") (;50;) (canon lower (func $"[static]secret.open") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/secrets@0.1.0 "[method]secret.reveal" (func $"[method]secret.reveal" (;23;)))
  (core func $"#core-func51 indirect-gyre:host/secrets@0.1.0-[method]secret.reveal" (@name "indirect-gyre:host/secrets@0.1.0-[method]secret.reveal") (;51;) (canon lower (func $"[method]secret.reveal") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/http@0.1.0 "[static]endpoint.open" (func $"[static]endpoint.open" (;24;)))
  (core func $"#core-func52 indirect-gyre:host/http@0.1.0-[static]endpoint.open" (@name "indirect-gyre:host/http@0.1.0-[static]endpoint.open") (;52;) (canon lower (func $"[static]endpoint.open") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/http@0.1.0 "[method]endpoint.authorize" (func $"[method]endpoint.authorize" (;25;)))
  (core func $"#core-func53 indirect-gyre:host/http@0.1.0-[method]endpoint.authorize" (@name "indirect-gyre:host/http@0.1.0-[method]endpoint.authorize") (;53;) (canon lower (func $"[method]endpoint.authorize") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/http@0.1.0 "[method]endpoint.substitute" (func $"[method]endpoint.substitute" (;26;)))
  (core func $"#core-func54 indirect-gyre:host/http@0.1.0-[method]endpoint.substitute" (@name "indirect-gyre:host/http@0.1.0-[method]endpoint.substitute") (;54;) (canon lower (func $"[method]endpoint.substitute") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/http@0.1.0 "[method]endpoint.send" (func $"[method]endpoint.send" (;27;)))
  (core func $"#core-func55 indirect-gyre:host/http@0.1.0-[method]endpoint.send" (@name "indirect-gyre:host/http@0.1.0-[method]endpoint.send") (;55;) (canon lower (func $"[method]endpoint.send") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/http@0.1.0 "[method]endpoint.local-address" (func $"[method]endpoint.local-address" (;28;)))
  (core func $"#core-func56 indirect-gyre:host/http@0.1.0-[method]endpoint.local-address" (@name "indirect-gyre:host/http@0.1.0-[method]endpoint.local-address") (;56;) (canon lower (func $"[method]endpoint.local-address") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (core instance $actual (;9;)
    (export "0" (func $"#core-func34 indirect-gyre:host/ssh@0.1.0-[static]session.open"))
    (export "1" (func $"#core-func35 indirect-gyre:host/ssh@0.1.0-[method]session.run"))
    (export "2" (func $"#core-func36 indirect-gyre:host/ssh@0.1.0-[method]session.read-file"))
    (export "3" (func $"#core-func37 indirect-gyre:host/ssh@0.1.0-[method]session.write-file"))
    (export "4" (func $"#core-func38 indirect-gyre:host/disk@0.1.0-[static]disk.open"))
    (export "5" (func $"#core-func39 indirect-gyre:host/disk@0.1.0-codecs"))
    (export "6" (func $"#core-func40 indirect-gyre:host/disk@0.1.0-[method]disk.write"))
    (export "7" (func $"#core-func41 indirect-gyre:host/disk@0.1.0-[method]disk.zero"))
    (export "8" (func $"#core-func42 indirect-gyre:host/disk@0.1.0-[method]disk.flush"))
    (export "9" (func $"#core-func43 indirect-gyre:host/disk@0.1.0-[method]disk.read"))
    (export "10" (func $"#core-func44 indirect-gyre:host/disk@0.1.0-[method]disk.extents"))
    (export "11" (func $"#core-func45 indirect-gyre:host/log@0.1.0-write"))
    (export "12" (func $"#core-func46 indirect-gyre:host/progress@0.1.0-report"))
    (export "13" (func $"#core-func47 indirect-gyre:host/secrets@0.1.0-[static]secret.generate-ssh-key"))
    (export "14" (func $"#core-func48 indirect-gyre:host/secrets@0.1.0-[static]secret.generate-host-key"))
    (export "15" (func $"#core-func49 indirect-gyre:host/secrets@0.1.0-[static]secret.generate-winrm-login"))
    (export "16" (func $"#core-func50 indirect-gyre:host/secrets@0.1.0-[static]secret.open"))
    (export "17" (func $"#core-func51 indirect-gyre:host/secrets@0.1.0-[method]secret.reveal"))
    (export "18" (func $"#core-func52 indirect-gyre:host/http@0.1.0-[static]endpoint.open"))
    (export "19" (func $"#core-func53 indirect-gyre:host/http@0.1.0-[method]endpoint.authorize"))
    (export "20" (func $"#core-func54 indirect-gyre:host/http@0.1.0-[method]endpoint.substitute"))
    (export "21" (func $"#core-func55 indirect-gyre:host/http@0.1.0-[method]endpoint.send"))
    (export "22" (func $"#core-func56 indirect-gyre:host/http@0.1.0-[method]endpoint.local-address"))
  )
  (core instance $fixup (;10;) (instantiate $wit-component-fixup
      (with "actual" (instance $actual))
      (with "shim" (instance $wit-component-shim-instance))
    )
  )
  (type (;40;) (list $finding))
  (type (;41;) (result 40 (error $"#type20 error")))
  (type (;42;) (func (param "config" string) (param "vm" 29) (result 41)))
  (alias core export $main "gyre:plugin/source@0.1.0#check" (core func $gyre:plugin/source@0.1.0#check (;57;)))
  (alias core export $main "cabi_post_gyre:plugin/source@0.1.0#check" (core func $cabi_post_gyre:plugin/source@0.1.0#check (;58;)))
  (func $check (;29;) (type 42) (canon lift (core func $gyre:plugin/source@0.1.0#check) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/source@0.1.0#check)))
  (type (;43;) (result 32 (error $"#type20 error")))
  (type (;44;) (func (param "config" string) (param "name" 29) (param "after" 29) (result 43)))
  (alias core export $main "gyre:plugin/source@0.1.0#list-vms" (core func $gyre:plugin/source@0.1.0#list-vms (;59;)))
  (alias core export $main "cabi_post_gyre:plugin/source@0.1.0#list-vms" (core func $cabi_post_gyre:plugin/source@0.1.0#list-vms (;60;)))
  (func $list-vms (;30;) (type 44) (canon lift (core func $gyre:plugin/source@0.1.0#list-vms) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/source@0.1.0#list-vms)))
  (type (;45;) (result $vm-spec (error $"#type20 error")))
  (type (;46;) (func (param "config" string) (param "id" string) (result 45)))
  (alias core export $main "gyre:plugin/source@0.1.0#get-vm" (core func $gyre:plugin/source@0.1.0#get-vm (;61;)))
  (alias core export $main "cabi_post_gyre:plugin/source@0.1.0#get-vm" (core func $cabi_post_gyre:plugin/source@0.1.0#get-vm (;62;)))
  (func $get-vm (;31;) (type 46) (canon lift (core func $gyre:plugin/source@0.1.0#get-vm) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/source@0.1.0#get-vm)))
  (type (;47;) (result $outcome (error $"#type20 error")))
  (type (;48;) (func (param "step" $step) (param "id" string) (result 47)))
  (alias core export $main "gyre:plugin/source@0.1.0#power-off" (core func $gyre:plugin/source@0.1.0#power-off (;63;)))
  (alias core export $main "cabi_post_gyre:plugin/source@0.1.0#power-off" (core func $cabi_post_gyre:plugin/source@0.1.0#power-off (;64;)))
  (func $power-off (;32;) (type 48) (canon lift (core func $gyre:plugin/source@0.1.0#power-off) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/source@0.1.0#power-off)))
  (type (;49;) (option $state))
  (type (;50;) (func (param "step" $step) (param "vm" $vm-spec) (param "base" 49) (result 47)))
  (alias core export $main "gyre:plugin/source@0.1.0#ensure-snapshot" (core func $gyre:plugin/source@0.1.0#ensure-snapshot (;65;)))
  (alias core export $main "cabi_post_gyre:plugin/source@0.1.0#ensure-snapshot" (core func $cabi_post_gyre:plugin/source@0.1.0#ensure-snapshot (;66;)))
  (func $ensure-snapshot (;33;) (type 50) (canon lift (core func $gyre:plugin/source@0.1.0#ensure-snapshot) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/source@0.1.0#ensure-snapshot)))
  (type (;51;) (func (param "step" $step) (param "snapshot" $state) (result 47)))
  (alias core export $main "gyre:plugin/source@0.1.0#release-snapshot" (core func $gyre:plugin/source@0.1.0#release-snapshot (;67;)))
  (alias core export $main "cabi_post_gyre:plugin/source@0.1.0#release-snapshot" (core func $cabi_post_gyre:plugin/source@0.1.0#release-snapshot (;68;)))
  (func $release-snapshot (;34;) (type 51) (canon lift (core func $gyre:plugin/source@0.1.0#release-snapshot) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/source@0.1.0#release-snapshot)))
  (type (;52;) (result 34 (error $"#type20 error")))
  (type (;53;) (func (param "config" string) (param "snapshot" $state) (param "disk" string) (result 52)))
  (alias core export $main "gyre:plugin/source@0.1.0#open-disk" (core func $gyre:plugin/source@0.1.0#open-disk (;69;)))
  (alias core export $main "cabi_post_gyre:plugin/source@0.1.0#open-disk" (core func $cabi_post_gyre:plugin/source@0.1.0#open-disk (;70;)))
  (func $open-disk (;35;) (type 53) (canon lift (core func $gyre:plugin/source@0.1.0#open-disk) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/source@0.1.0#open-disk)))
  (type (;54;) (list $"#type21 extent"))
  (type (;55;) (result 54 (error $"#type20 error")))
  (type (;56;) (func (param "since" 49) (param "offset" u64) (param "length" u64) (result 55)))
  (alias core export $main "gyre:plugin/source@0.1.0#extents" (core func $gyre:plugin/source@0.1.0#extents (;71;)))
  (alias core export $main "cabi_post_gyre:plugin/source@0.1.0#extents" (core func $cabi_post_gyre:plugin/source@0.1.0#extents (;72;)))
  (func $extents (;36;) (type 56) (canon lift (core func $gyre:plugin/source@0.1.0#extents) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/source@0.1.0#extents)))
  (type (;57;) (list u8))
  (type (;58;) (result 57 (error $"#type20 error")))
  (type (;59;) (func (param "offset" u64) (param "length" u32) (result 58)))
  (alias core export $main "gyre:plugin/source@0.1.0#read" (core func $gyre:plugin/source@0.1.0#read (;73;)))
  (alias core export $main "cabi_post_gyre:plugin/source@0.1.0#read" (core func $cabi_post_gyre:plugin/source@0.1.0#read (;74;)))
  (func $read (;37;) (type 59) (canon lift (core func $gyre:plugin/source@0.1.0#read) (memory $memory) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/source@0.1.0#read)))
  (type (;60;) (result $marked-page (error $"#type20 error")))
  (type (;61;) (func (param "config" string) (param "after" 29) (result 60)))
  (alias core export $main "gyre:plugin/source@0.1.0#list-marked" (core func $gyre:plugin/source@0.1.0#list-marked (;75;)))
  (alias core export $main "cabi_post_gyre:plugin/source@0.1.0#list-marked" (core func $cabi_post_gyre:plugin/source@0.1.0#list-marked (;76;)))
  (func $list-marked (;38;) (type 61) (canon lift (core func $gyre:plugin/source@0.1.0#list-marked) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/source@0.1.0#list-marked)))
  (type (;62;) (func (param "step" $step) (param "kind" string) (param "id" string) (result 47)))
  (alias core export $main "gyre:plugin/source@0.1.0#remove-marked" (core func $gyre:plugin/source@0.1.0#remove-marked (;77;)))
  (alias core export $main "cabi_post_gyre:plugin/source@0.1.0#remove-marked" (core func $cabi_post_gyre:plugin/source@0.1.0#remove-marked (;78;)))
  (func $remove-marked (;39;) (type 62) (canon lift (core func $gyre:plugin/source@0.1.0#remove-marked) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/source@0.1.0#remove-marked)))
  (alias export $gyre:host/errors@0.1.0 "error-kind" (type $error-kind (;63;)))
  (alias export $gyre:host/extents@0.1.0 "stored" (type $stored (;64;)))
  (alias export $gyre:host/extents@0.1.0 "packed" (type $packed (;65;)))
  (alias export $gyre:host/extents@0.1.0 "extent-kind" (type $extent-kind (;66;)))
  (alias export $gyre:plugin/types@0.1.0 "firmware" (type $firmware (;67;)))
  (alias export $gyre:plugin/types@0.1.0 "os-type" (type $os-type (;68;)))
  (alias export $gyre:plugin/types@0.1.0 "disk-spec" (type $disk-spec (;69;)))
  (alias export $gyre:plugin/types@0.1.0 "nic-spec" (type $nic-spec (;70;)))
  (alias export $gyre:plugin/types@0.1.0 "wait" (type $wait (;71;)))
  (alias export $gyre:plugin/types@0.1.0 "marked" (type $marked (;72;)))
  (component $gyre:plugin/source@0.1.0-shim-component (;0;)
    (type (;0;) (enum "invalid" "denied" "not-found" "conflict" "unavailable" "cancelled" "other"))
    (import "import-type-error-kind" (type (;1;) (eq 0)))
    (type (;2;) (list string))
    (type (;3;) (record (field "kind" 1) (field "code" string) (field "message" string) (field "causes" 2)))
    (import "import-type-error" (type (;4;) (eq 3)))
    (type (;5;) (record (field "disk" u32) (field "offset" u64)))
    (import "import-type-stored" (type (;6;) (eq 5)))
    (type (;7;) (record (field "disk" u32) (field "offset" u64) (field "length" u64) (field "codec" string) (field "skip" u32)))
    (import "import-type-packed" (type (;8;) (eq 7)))
    (type (;9;) (variant (case "data") (case "zero") (case "hole") (case "stored" 6) (case "packed" 8)))
    (import "import-type-extent-kind" (type (;10;) (eq 9)))
    (type (;11;) (record (field "offset" u64) (field "length" u64) (field "kind" 10)))
    (import "import-type-extent" (type (;12;) (eq 11)))
    (import "import-type-disk" (type (;13;) (sub resource)))
    (type (;14;) (enum "bios" "uefi"))
    (import "import-type-firmware" (type (;15;) (eq 14)))
    (type (;16;) (enum "linux" "windows" "bsd" "other" "unknown"))
    (import "import-type-os-type" (type (;17;) (eq 16)))
    (type (;18;) (option string))
    (type (;19;) (record (field "id" string) (field "size" u64) (field "position" u32) (field "bus" string) (field "backend" 18) (field "shareable" bool)))
    (import "import-type-disk-spec" (type (;20;) (eq 19)))
    (type (;21;) (record (field "id" string) (field "mac" 18) (field "network" string) (field "addresses" 2)))
    (import "import-type-nic-spec" (type (;22;) (eq 21)))
    (type (;23;) (option u32))
    (type (;24;) (list 20))
    (type (;25;) (list 22))
    (type (;26;) (record (field "id" string) (field "name" string) (field "hostname" 18) (field "vcpus" u32) (field "cores-per-socket" 23) (field "memory-mib" u64) (field "firmware" 15) (field "secure-boot" bool) (field "tpm" bool) (field "os-type" 17) (field "os-hint" 18) (field "host" 18) (field "public-address" 18) (field "disks" 24) (field "nics" 25)))
    (import "import-type-vm-spec" (type (;27;) (eq 26)))
    (type (;28;) string)
    (import "import-type-state" (type (;29;) (eq 28)))
    (type (;30;) (option 29))
    (type (;31;) (record (field "token" string) (field "config" string) (field "resume" 30)))
    (import "import-type-step" (type (;32;) (eq 31)))
    (type (;33;) (record (field "state" 29) (field "after-ms" u32)))
    (import "import-type-wait" (type (;34;) (eq 33)))
    (type (;35;) (variant (case "done" 29) (case "wait" 34)))
    (import "import-type-outcome" (type (;36;) (eq 35)))
    (type (;37;) (record (field "blocking" bool) (field "path" string) (field "message" string) (field "remedy" 18)))
    (import "import-type-finding" (type (;38;) (eq 37)))
    (type (;39;) (option u64))
    (type (;40;) (record (field "kind" string) (field "id" string) (field "name" string) (field "token" string) (field "made-ms" 39)))
    (import "import-type-marked" (type (;41;) (eq 40)))
    (type (;42;) (list 41))
    (type (;43;) (record (field "marked" 42) (field "next" 18)))
    (import "import-type-marked-page" (type (;44;) (eq 43)))
    (import "import-type-finding0" (type (;45;) (eq 38)))
    (type (;46;) (list 45))
    (import "import-type-error0" (type (;47;) (eq 4)))
    (type (;48;) (result 46 (error 47)))
    (type (;49;) (func (param "config" string) (param "vm" 18) (result 48)))
    (import "import-func-check" (func (;0;) (type 49)))
    (type (;50;) (record (field "id" string) (field "name" string) (field "os-hint" 18) (field "powered-on" bool)))
    (import "import-type-vm-summary" (type (;51;) (eq 50)))
    (type (;52;) (list 51))
    (type (;53;) (record (field "vms" 52) (field "next" 18)))
    (import "import-type-vm-page" (type (;54;) (eq 53)))
    (type (;55;) (result 54 (error 47)))
    (type (;56;) (func (param "config" string) (param "name" 18) (param "after" 18) (result 55)))
    (import "import-func-list-vms" (func (;1;) (type 56)))
    (import "import-type-vm-spec0" (type (;57;) (eq 27)))
    (type (;58;) (result 57 (error 47)))
    (type (;59;) (func (param "config" string) (param "id" string) (result 58)))
    (import "import-func-get-vm" (func (;2;) (type 59)))
    (import "import-type-step0" (type (;60;) (eq 32)))
    (import "import-type-outcome0" (type (;61;) (eq 36)))
    (type (;62;) (result 61 (error 47)))
    (type (;63;) (func (param "step" 60) (param "id" string) (result 62)))
    (import "import-func-power-off" (func (;3;) (type 63)))
    (import "import-type-state0" (type (;64;) (eq 29)))
    (type (;65;) (option 64))
    (type (;66;) (func (param "step" 60) (param "vm" 57) (param "base" 65) (result 62)))
    (import "import-func-ensure-snapshot" (func (;4;) (type 66)))
    (type (;67;) (func (param "step" 60) (param "snapshot" 64) (result 62)))
    (import "import-func-release-snapshot" (func (;5;) (type 67)))
    (import "import-type-disk0" (type (;68;) (eq 13)))
    (type (;69;) (own 68))
    (type (;70;) (variant (case "plugin" u64) (case "disk" 69)))
    (import "import-type-origin" (type (;71;) (eq 70)))
    (type (;72;) (result 71 (error 47)))
    (type (;73;) (func (param "config" string) (param "snapshot" 64) (param "disk" string) (result 72)))
    (import "import-func-open-disk" (func (;6;) (type 73)))
    (import "import-type-extent0" (type (;74;) (eq 12)))
    (type (;75;) (list 74))
    (type (;76;) (result 75 (error 47)))
    (type (;77;) (func (param "since" 65) (param "offset" u64) (param "length" u64) (result 76)))
    (import "import-func-extents" (func (;7;) (type 77)))
    (type (;78;) (list u8))
    (type (;79;) (result 78 (error 47)))
    (type (;80;) (func (param "offset" u64) (param "length" u32) (result 79)))
    (import "import-func-read" (func (;8;) (type 80)))
    (import "import-type-marked-page0" (type (;81;) (eq 44)))
    (type (;82;) (result 81 (error 47)))
    (type (;83;) (func (param "config" string) (param "after" 18) (result 82)))
    (import "import-func-list-marked" (func (;9;) (type 83)))
    (type (;84;) (func (param "step" 60) (param "kind" string) (param "id" string) (result 62)))
    (import "import-func-remove-marked" (func (;10;) (type 84)))
    (export (;85;) "error" (type 4))
    (export (;86;) "extent" (type 12))
    (export (;87;) "disk" (type 13))
    (export (;88;) "vm-spec" (type 27))
    (export (;89;) "step" (type 32))
    (export (;90;) "outcome" (type 36))
    (export (;91;) "state" (type 29))
    (export (;92;) "finding" (type 38))
    (export (;93;) "marked-page" (type 44))
    (type (;94;) (record (field "id" string) (field "name" string) (field "os-hint" 18) (field "powered-on" bool)))
    (export (;95;) "vm-summary" (type 94))
    (type (;96;) (list 95))
    (type (;97;) (record (field "vms" 96) (field "next" 18)))
    (export (;98;) "vm-page" (type 97))
    (type (;99;) (own 87))
    (type (;100;) (variant (case "plugin" u64) (case "disk" 99)))
    (export (;101;) "origin" (type 100))
    (type (;102;) (list 92))
    (type (;103;) (result 102 (error 85)))
    (type (;104;) (func (param "config" string) (param "vm" 18) (result 103)))
    (export (;11;) "check" (func 0) (func (type 104)))
    (type (;105;) (result 98 (error 85)))
    (type (;106;) (func (param "config" string) (param "name" 18) (param "after" 18) (result 105)))
    (export (;12;) "list-vms" (func 1) (func (type 106)))
    (type (;107;) (result 88 (error 85)))
    (type (;108;) (func (param "config" string) (param "id" string) (result 107)))
    (export (;13;) "get-vm" (func 2) (func (type 108)))
    (type (;109;) (result 90 (error 85)))
    (type (;110;) (func (param "step" 89) (param "id" string) (result 109)))
    (export (;14;) "power-off" (func 3) (func (type 110)))
    (type (;111;) (option 91))
    (type (;112;) (func (param "step" 89) (param "vm" 88) (param "base" 111) (result 109)))
    (export (;15;) "ensure-snapshot" (func 4) (func (type 112)))
    (type (;113;) (func (param "step" 89) (param "snapshot" 91) (result 109)))
    (export (;16;) "release-snapshot" (func 5) (func (type 113)))
    (type (;114;) (result 101 (error 85)))
    (type (;115;) (func (param "config" string) (param "snapshot" 91) (param "disk" string) (result 114)))
    (export (;17;) "open-disk" (func 6) (func (type 115)))
    (type (;116;) (list 86))
    (type (;117;) (result 116 (error 85)))
    (type (;118;) (func (param "since" 111) (param "offset" u64) (param "length" u64) (result 117)))
    (export (;18;) "extents" (func 7) (func (type 118)))
    (type (;119;) (list u8))
    (type (;120;) (result 119 (error 85)))
    (type (;121;) (func (param "offset" u64) (param "length" u32) (result 120)))
    (export (;19;) "read" (func 8) (func (type 121)))
    (type (;122;) (result 93 (error 85)))
    (type (;123;) (func (param "config" string) (param "after" 18) (result 122)))
    (export (;20;) "list-marked" (func 9) (func (type 123)))
    (type (;124;) (func (param "step" 89) (param "kind" string) (param "id" string) (result 109)))
    (export (;21;) "remove-marked" (func 10) (func (type 124)))
  )
  (instance $gyre:plugin/source@0.1.0-shim-instance (;11;) (instantiate $gyre:plugin/source@0.1.0-shim-component
      (with "import-func-check" (func $check))
      (with "import-func-list-vms" (func $list-vms))
      (with "import-func-get-vm" (func $get-vm))
      (with "import-func-power-off" (func $power-off))
      (with "import-func-ensure-snapshot" (func $ensure-snapshot))
      (with "import-func-release-snapshot" (func $release-snapshot))
      (with "import-func-open-disk" (func $open-disk))
      (with "import-func-extents" (func $extents))
      (with "import-func-read" (func $read))
      (with "import-func-list-marked" (func $list-marked))
      (with "import-func-remove-marked" (func $remove-marked))
      (with "import-type-error-kind" (type $error-kind))
      (with "import-type-error" (type $"#type20 error"))
      (with "import-type-stored" (type $stored))
      (with "import-type-packed" (type $packed))
      (with "import-type-extent-kind" (type $extent-kind))
      (with "import-type-extent" (type $"#type21 extent"))
      (with "import-type-disk" (type $disk))
      (with "import-type-firmware" (type $firmware))
      (with "import-type-os-type" (type $os-type))
      (with "import-type-disk-spec" (type $disk-spec))
      (with "import-type-nic-spec" (type $nic-spec))
      (with "import-type-vm-spec" (type $vm-spec))
      (with "import-type-state" (type $state))
      (with "import-type-step" (type $step))
      (with "import-type-wait" (type $wait))
      (with "import-type-outcome" (type $outcome))
      (with "import-type-finding" (type $finding))
      (with "import-type-marked" (type $marked))
      (with "import-type-marked-page" (type $marked-page))
      (with "import-type-finding0" (type $finding))
      (with "import-type-error0" (type $"#type20 error"))
      (with "import-type-vm-summary" (type 30))
      (with "import-type-vm-page" (type 32))
      (with "import-type-vm-spec0" (type $vm-spec))
      (with "import-type-step0" (type $step))
      (with "import-type-outcome0" (type $outcome))
      (with "import-type-state0" (type $state))
      (with "import-type-disk0" (type $disk))
      (with "import-type-origin" (type 34))
      (with "import-type-extent0" (type $"#type21 extent"))
      (with "import-type-marked-page0" (type $marked-page))
    )
  )
  (export $gyre:plugin/source@0.1.0 (;12;) "gyre:plugin/source@0.1.0" (instance $gyre:plugin/source@0.1.0-shim-instance))
  (type (;73;) (func (result 35)))
  (alias core export $main "gyre:plugin/metadata@0.1.0#describe" (core func $gyre:plugin/metadata@0.1.0#describe (;79;)))
  (alias core export $main "cabi_post_gyre:plugin/metadata@0.1.0#describe" (core func $cabi_post_gyre:plugin/metadata@0.1.0#describe (;80;)))
  (func $describe (;40;) (type 73) (canon lift (core func $gyre:plugin/metadata@0.1.0#describe) (memory $memory) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/metadata@0.1.0#describe)))
  (component $gyre:plugin/metadata@0.1.0-shim-component (;1;)
    (type (;0;) (record (field "name" string) (field "version" string) (field "summary" string) (field "config-schema" string)))
    (import "import-type-description" (type (;1;) (eq 0)))
    (type (;2;) (func (result 1)))
    (import "import-func-describe" (func (;0;) (type 2)))
    (type (;3;) (record (field "name" string) (field "version" string) (field "summary" string) (field "config-schema" string)))
    (export (;4;) "description" (type 3))
    (type (;5;) (func (result 4)))
    (export (;1;) "describe" (func 0) (func (type 5)))
  )
  (instance $gyre:plugin/metadata@0.1.0-shim-instance (;13;) (instantiate $gyre:plugin/metadata@0.1.0-shim-component
      (with "import-func-describe" (func $describe))
      (with "import-type-description" (type 35))
    )
  )
  (export $gyre:plugin/metadata@0.1.0 (;14;) "gyre:plugin/metadata@0.1.0" (instance $gyre:plugin/metadata@0.1.0-shim-instance))
  (@producers
    (processed-by "wit-component" "0.263.0")
  )
)
