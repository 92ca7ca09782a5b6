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
  (type $ty-gyre:host/exec@0.1.0 (;1;)
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
  (import "gyre:host/exec@0.1.0" (instance $gyre:host/exec@0.1.0 (;1;) (type $ty-gyre:host/exec@0.1.0)))
  (alias export $gyre:host/errors@0.1.0 "error" (type $error (;2;)))
  (alias export $gyre:host/exec@0.1.0 "command" (type $command (;3;)))
  (alias export $gyre:host/exec@0.1.0 "output" (type $output (;4;)))
  (type $ty-gyre:host/rootfs@0.1.0 (;5;)
    (instance
      (export (;0;) "rootfs" (type (sub resource)))
      (alias outer 1 $error (type (;1;)))
      (export (;2;) "error" (type (eq 1)))
      (type (;3;) (enum "regular" "directory" "symlink" "other"))
      (export (;4;) "file-type" (type (eq 3)))
      (type (;5;) (record (field "file-type" 4) (field "mode" u32) (field "uid" u32) (field "gid" u32) (field "size" u64)))
      (export (;6;) "stat" (type (eq 5)))
      (alias outer 1 $command (type (;7;)))
      (export (;8;) "command" (type (eq 7)))
      (alias outer 1 $output (type (;9;)))
      (export (;10;) "output" (type (eq 9)))
      (type (;11;) (borrow 0))
      (type (;12;) (option 6))
      (type (;13;) (result 12 (error 2)))
      (type (;14;) (func (param "self" 11) (param "path" string) (result 13)))
      (export (;0;) "[method]rootfs.stat" (func (type 14)))
      (type (;15;) (list string))
      (type (;16;) (result 15 (error 2)))
      (type (;17;) (func (param "self" 11) (param "path" string) (result 16)))
      (export (;1;) "[method]rootfs.read-dir" (func (type 17)))
      (type (;18;) (list u8))
      (type (;19;) (result 18 (error 2)))
      (type (;20;) (func (param "self" 11) (param "path" string) (result 19)))
      (export (;2;) "[method]rootfs.read-file" (func (type 20)))
      (type (;21;) (result (error 2)))
      (type (;22;) (func (param "self" 11) (param "path" string) (param "mode" u32) (param "bytes" 18) (result 21)))
      (export (;3;) "[method]rootfs.write-file" (func (type 22)))
      (type (;23;) (func (param "self" 11) (param "path" string) (param "mode" u32) (result 21)))
      (export (;4;) "[method]rootfs.make-dir" (func (type 23)))
      (type (;24;) (func (param "self" 11) (param "path" string) (param "target" string) (result 21)))
      (export (;5;) "[method]rootfs.symlink" (func (type 24)))
      (type (;25;) (result string (error 2)))
      (type (;26;) (func (param "self" 11) (param "path" string) (result 25)))
      (export (;6;) "[method]rootfs.read-link" (func (type 26)))
      (type (;27;) (func (param "self" 11) (param "path" string) (result 21)))
      (export (;7;) "[method]rootfs.remove" (func (type 27)))
      (type (;28;) (func (param "self" 11) (param "from" string) (param "to" string) (result 21)))
      (export (;8;) "[method]rootfs.rename" (func (type 28)))
      (type (;29;) (result 10 (error 2)))
      (type (;30;) (func (param "self" 11) (param "command" 8) (result 29)))
      (export (;9;) "[method]rootfs.run" (func (type 30)))
    )
  )
  (import "gyre:host/rootfs@0.1.0" (instance $gyre:host/rootfs@0.1.0 (;2;) (type $ty-gyre:host/rootfs@0.1.0)))
  (alias export $gyre:host/rootfs@0.1.0 "rootfs" (type $rootfs (;6;)))
  (alias export $gyre:host/errors@0.1.0 "error" (type $"#type7 error" (@name "error") (;7;)))
  (type $ty-gyre:host/registry@0.1.0 (;8;)
    (instance
      (export (;0;) "hive" (type (sub resource)))
      (alias outer 1 $rootfs (type (;1;)))
      (export (;2;) "rootfs" (type (eq 1)))
      (alias outer 1 $"#type7 error" (type (;3;)))
      (export (;4;) "error" (type (eq 3)))
      (type (;5;) (list u8))
      (type (;6;) (record (field "kind" u32) (field "bytes" 5)))
      (export (;7;) "raw" (type (eq 6)))
      (type (;8;) (list string))
      (type (;9;) (variant (case "sz" string) (case "expand-sz" string) (case "multi-sz" 8) (case "dword" u32) (case "qword" u64) (case "binary" 5) (case "other" 7)))
      (export (;10;) "value" (type (eq 9)))
      (type (;11;) (borrow 2))
      (type (;12;) (own 0))
      (type (;13;) (result 12 (error 4)))
      (type (;14;) (func (param "root" 11) (param "path" string) (result 13)))
      (export (;0;) "[static]hive.open" (func (type 14)))
      (type (;15;) (borrow 0))
      (type (;16;) (option 8))
      (type (;17;) (result 16 (error 4)))
      (type (;18;) (func (param "self" 15) (param "key" string) (result 17)))
      (export (;1;) "[method]hive.keys" (func (type 18)))
      (export (;2;) "[method]hive.values" (func (type 18)))
      (type (;19;) (option 10))
      (type (;20;) (result 19 (error 4)))
      (type (;21;) (func (param "self" 15) (param "key" string) (param "name" string) (result 20)))
      (export (;3;) "[method]hive.get" (func (type 21)))
      (type (;22;) (result (error 4)))
      (type (;23;) (func (param "self" 15) (param "key" string) (param "name" string) (param "value" 10) (result 22)))
      (export (;4;) "[method]hive.set" (func (type 23)))
      (type (;24;) (func (param "self" 15) (param "key" string) (result 22)))
      (export (;5;) "[method]hive.create-key" (func (type 24)))
      (export (;6;) "[method]hive.remove-key" (func (type 24)))
      (type (;25;) (func (param "self" 15) (param "key" string) (param "name" string) (result 22)))
      (export (;7;) "[method]hive.remove-value" (func (type 25)))
      (type (;26;) (func (param "self" 15) (result 22)))
      (export (;8;) "[method]hive.commit" (func (type 26)))
    )
  )
  (import "gyre:host/registry@0.1.0" (instance $gyre:host/registry@0.1.0 (;3;) (type $ty-gyre:host/registry@0.1.0)))
  (alias export $gyre:host/errors@0.1.0 "error" (type $"#type9 error" (@name "error") (;9;)))
  (alias export $gyre:host/rootfs@0.1.0 "rootfs" (type $"#type10 rootfs" (@name "rootfs") (;10;)))
  (type $ty-gyre:host/files@0.1.0 (;11;)
    (instance
      (type (;0;) (record (field "name" string) (field "directory" bool) (field "size" u64)))
      (export (;1;) "entry" (type (eq 0)))
      (alias outer 1 $"#type9 error" (type (;2;)))
      (export (;3;) "error" (type (eq 2)))
      (alias outer 1 $"#type10 rootfs" (type (;4;)))
      (export (;5;) "rootfs" (type (eq 4)))
      (type (;6;) (list 1))
      (type (;7;) (result 6 (error 3)))
      (type (;8;) (func (param "path" string) (result 7)))
      (export (;0;) "read-dir" (func (type 8)))
      (type (;9;) (list u8))
      (type (;10;) (result 9 (error 3)))
      (type (;11;) (func (param "path" string) (result 10)))
      (export (;1;) "read-file" (func (type 11)))
      (type (;12;) (borrow 5))
      (type (;13;) (result (error 3)))
      (type (;14;) (func (param "path" string) (param "root" 12) (param "to" string) (param "mode" u32) (result 13)))
      (export (;2;) "copy" (func (type 14)))
    )
  )
  (import "gyre:host/files@0.1.0" (instance $gyre:host/files@0.1.0 (;4;) (type $ty-gyre:host/files@0.1.0)))
  (type $ty-gyre:host/log@0.1.0 (;12;)
    (instance
      (type (;0;) (enum "trace" "debug" "info" "warn" "error"))
      (export (;1;) "level" (type (eq 0)))
      (type (;2;) (tuple string string))
      (type (;3;) (list 2))
      (type (;4;) (func (param "level" 1) (param "message" string) (param "fields" 3)))
      (export (;0;) "write" (func (type 4)))
    )
  )
  (import "gyre:host/log@0.1.0" (instance $gyre:host/log@0.1.0 (;5;) (type $ty-gyre:host/log@0.1.0)))
  (type $ty-gyre:host/progress@0.1.0 (;13;)
    (instance
      (type (;0;) (option u64))
      (type (;1;) (func (param "phase" string) (param "done" u64) (param "total" 0)))
      (export (;0;) "report" (func (type 1)))
      (type (;2;) (func (result bool)))
      (export (;1;) "cancelled" (func (type 2)))
    )
  )
  (import "gyre:host/progress@0.1.0" (instance $gyre:host/progress@0.1.0 (;6;) (type $ty-gyre:host/progress@0.1.0)))
  (type $ty-gyre:host/clock@0.1.0 (;14;)
    (instance
      (type (;0;) (func (result u64)))
      (export (;0;) "now" (func (type 0)))
      (export (;1;) "elapsed" (func (type 0)))
      (type (;1;) (func (param "milliseconds" u32)))
      (export (;2;) "sleep" (func (type 1)))
    )
  )
  (import "gyre:host/clock@0.1.0" (instance $gyre:host/clock@0.1.0 (;7;) (type $ty-gyre:host/clock@0.1.0)))
  (type $ty-gyre:plugin/types@0.1.0 (;15;)
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
      (type (;15;) (list 4))
      (type (;16;) (record (field "hypervisor" 4) (field "set-dhcp" bool) (field "macs" 15)))
      (export (;17;) "morphing" (type (eq 16)))
    )
  )
  (import "gyre:plugin/types@0.1.0" (instance $gyre:plugin/types@0.1.0 (;8;) (type $ty-gyre:plugin/types@0.1.0)))
  (core module $main (;0;)
    (type (;0;) (func (param i32 i32 i32 i32 i32 i32 i32)))
    (type (;1;) (func (param i32 i32 i32 i32)))
    (type (;2;) (func (param i32 i32 i32 i32 i32)))
    (type (;3;) (func (param i32 i32 i64 i32 i64)))
    (type (;4;) (func (result i32)))
    (type (;5;) (func (result i64)))
    (type (;6;) (func (param i32)))
    (type (;7;) (func (param i32 i32 i32 i32 i32 i32)))
    (type (;8;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (type (;9;) (func (param i32 i32)))
    (type (;10;) (func (param i32 i32 i32 i32 i32 i32 i64 i32 i32 i32)))
    (type (;11;) (func (param i32 i32 i32)))
    (type (;12;) (func))
    (type (;13;) (func (param i32 i32 i32 i32) (result i32)))
    (type (;14;) (func (param i32 i32) (result i32)))
    (type (;15;) (func (param i32 i32 i32) (result i32)))
    (type (;16;) (func (param i32) (result i32)))
    (import "gyre:host/rootfs@0.1.0" "[method]rootfs.write-file" (func (;0;) (type 0)))
    (import "gyre:host/rootfs@0.1.0" "[method]rootfs.stat" (func (;1;) (type 1)))
    (import "gyre:host/log@0.1.0" "write" (func (;2;) (type 2)))
    (import "gyre:host/progress@0.1.0" "report" (func (;3;) (type 3)))
    (import "gyre:host/progress@0.1.0" "cancelled" (func (;4;) (type 4)))
    (import "gyre:host/clock@0.1.0" "now" (func (;5;) (type 5)))
    (import "gyre:host/clock@0.1.0" "sleep" (func (;6;) (type 6)))
    (import "gyre:host/clock@0.1.0" "elapsed" (func (;7;) (type 5)))
    (import "gyre:host/rootfs@0.1.0" "[method]rootfs.make-dir" (func (;8;) (type 2)))
    (import "gyre:host/rootfs@0.1.0" "[method]rootfs.symlink" (func (;9;) (type 7)))
    (import "gyre:host/rootfs@0.1.0" "[method]rootfs.rename" (func (;10;) (type 7)))
    (import "gyre:host/rootfs@0.1.0" "[method]rootfs.remove" (func (;11;) (type 1)))
    (import "gyre:host/rootfs@0.1.0" "[method]rootfs.read-dir" (func (;12;) (type 1)))
    (import "gyre:host/rootfs@0.1.0" "[method]rootfs.read-file" (func (;13;) (type 1)))
    (import "gyre:host/rootfs@0.1.0" "[method]rootfs.read-link" (func (;14;) (type 1)))
    (import "gyre:host/rootfs@0.1.0" "[method]rootfs.run" (func (;15;) (type 8)))
    (import "gyre:host/registry@0.1.0" "[static]hive.open" (func (;16;) (type 1)))
    (import "gyre:host/registry@0.1.0" "[method]hive.create-key" (func (;17;) (type 1)))
    (import "gyre:host/registry@0.1.0" "[method]hive.keys" (func (;18;) (type 1)))
    (import "gyre:host/registry@0.1.0" "[method]hive.values" (func (;19;) (type 1)))
    (import "gyre:host/registry@0.1.0" "[method]hive.remove-value" (func (;20;) (type 7)))
    (import "gyre:host/registry@0.1.0" "[method]hive.remove-key" (func (;21;) (type 1)))
    (import "gyre:host/registry@0.1.0" "[method]hive.commit" (func (;22;) (type 9)))
    (import "gyre:host/registry@0.1.0" "[resource-drop]hive" (func (;23;) (type 6)))
    (import "gyre:host/registry@0.1.0" "[method]hive.set" (func (;24;) (type 10)))
    (import "gyre:host/registry@0.1.0" "[method]hive.get" (func (;25;) (type 7)))
    (import "gyre:host/files@0.1.0" "read-dir" (func (;26;) (type 11)))
    (import "gyre:host/files@0.1.0" "read-file" (func (;27;) (type 11)))
    (import "gyre:host/files@0.1.0" "copy" (func (;28;) (type 0)))
    (import "gyre:host/rootfs@0.1.0" "[resource-drop]rootfs" (func (;29;) (type 6)))
    (table (;0;) 3 3 funcref)
    (memory (;0;) 17)
    (global (;0;) (mut i32) i32.const 1048576)
    (global (;1;) i32 i32.const 1049957)
    (global (;2;) i32 i32.const 1049968)
    (export "memory" (memory 0))
    (export "cabi_post_gyre:plugin/metadata@0.1.0#describe" (func 78))
    (export "gyre:plugin/metadata@0.1.0#describe" (func 79))
    (export "gyre:plugin/osmorphing@0.1.0#detect" (func 80))
    (export "gyre:plugin/osmorphing@0.1.0#morph" (func 81))
    (export "cabi_realloc_wit_bindgen_0_61_1" (func 85))
    (export "cabi_realloc" (func 86))
    (export "cabi_post_gyre:plugin/osmorphing@0.1.0#detect" (func 78))
    (export "cabi_post_gyre:plugin/osmorphing@0.1.0#morph" (func 78))
    (export "__data_end" (global 1))
    (export "__heap_base" (global 2))
    (elem (;0;) (i32.const 1) func 46 86)
    (func (;30;) (type 12))
    (func (;31;) (type 13) (param i32 i32 i32 i32) (result i32)
      block ;; label = @1
        local.get 2
        local.get 3
        call 32
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
    (func (;32;) (type 14) (param i32 i32) (result i32)
      (local i32)
      block ;; label = @1
        i32.const 0
        i32.load offset=1049888
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
      i32.store offset=1049888
      local.get 2
    )
    (func (;33;) (type 14) (param i32 i32) (result i32)
      block ;; label = @1
        local.get 1
        i32.eqz
        br_if 0 (;@1;)
        local.get 0
        local.get 1
        call 32
        local.set 0
      end
      local.get 0
    )
    (func (;34;) (type 14) (param i32 i32) (result i32)
      block ;; label = @1
        local.get 0
        local.get 1
        call 33
        local.tee 0
        br_if 0 (;@1;)
        local.get 1
        call 35
        unreachable
      end
      local.get 0
    )
    (func (;35;) (type 6) (param i32)
      local.get 0
      call 82
      unreachable
    )
    (func (;36;) (type 13) (param i32 i32 i32 i32) (result i32)
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
        call 87
        i32.eqz
        local.set 4
      end
      local.get 4
    )
    (func (;37;) (type 9) (param i32 i32)
      (local i32 i32 i32 i32 i32)
      local.get 1
      i32.load offset=28
      local.set 2
      local.get 1
      i32.load offset=36
      local.set 3
      local.get 1
      i32.load offset=24
      local.set 4
      block ;; label = @1
        block ;; label = @2
          loop ;; label = @3
            local.get 2
            local.set 5
            local.get 4
            i32.eqz
            br_if 1 (;@2;)
            local.get 5
            local.get 3
            i32.eq
            br_if 1 (;@2;)
            local.get 1
            local.get 5
            i32.const 12
            i32.add
            local.tee 2
            i32.store offset=28
            local.get 5
            i32.load
            local.tee 6
            i32.const -2147483648
            i32.add
            br_table 0 (;@3;) 1 (;@2;) 2 (;@1;)
          end
        end
        local.get 0
        i32.const -2147483648
        i32.store
        return
      end
      local.get 0
      local.get 6
      i32.store
      local.get 0
      local.get 5
      i64.load offset=4 align=4
      i64.store offset=4 align=4
    )
    (func (;38;) (type 11) (param i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 1
      i32.sub
      call 39
    )
    (func (;39;) (type 11) (param i32 i32 i32)
      (local i32)
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            local.get 2
            local.get 0
            i32.load
            local.get 0
            i32.load offset=8
            local.tee 3
            i32.sub
            i32.le_u
            br_if 0 (;@3;)
            local.get 0
            local.get 3
            local.get 2
            i32.const 1
            i32.const 1
            call 59
            local.get 0
            i32.load offset=8
            local.set 3
            br 1 (;@2;)
          end
          local.get 2
          i32.eqz
          br_if 1 (;@1;)
        end
        local.get 2
        i32.eqz
        br_if 0 (;@1;)
        local.get 0
        i32.load offset=4
        local.get 3
        i32.add
        local.get 1
        local.get 2
        memory.copy
      end
      local.get 0
      local.get 3
      local.get 2
      i32.add
      i32.store offset=8
    )
    (func (;40;) (type 1) (param i32 i32 i32 i32)
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
        i32.const 1049720
        i32.const 2
        call 41
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
      call 42
      local.get 4
      i32.const 32
      i32.add
      global.set 0
    )
    (func (;41;) (type 11) (param i32 i32 i32)
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
      call 53
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
    (func (;42;) (type 9) (param i32 i32)
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
        call 73
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
    (func (;43;) (type 2) (param i32 i32 i32 i32 i32)
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
        i32.const 1049720
        i32.const 2
        call 41
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
      call 42
      local.get 5
      i32.const 32
      i32.add
      global.set 0
    )
    (func (;44;) (type 2) (param i32 i32 i32 i32 i32)
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
          i32.const -2147483647
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
        i32.const 1049720
        i32.const 2
        call 41
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
      call 42
      local.get 5
      i32.const 32
      i32.add
      global.set 0
    )
    (func (;45;) (type 1) (param i32 i32 i32 i32)
      (local i32)
      global.get 0
      i32.const 32
      i32.sub
      local.tee 4
      global.set 0
      local.get 4
      i32.const 20
      i32.add
      i32.const 1049720
      i32.const 1049722
      local.get 3
      select
      i32.const 2
      i32.const 5
      local.get 3
      select
      call 41
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
      call 42
      local.get 4
      i32.const 32
      i32.add
      global.set 0
    )
    (func (;46;) (type 12))
    (func (;47;) (type 7) (param i32 i32 i32 i32 i32 i32)
      (local i32 i32 i32 i32)
      global.get 0
      i32.const 64
      i32.sub
      local.tee 6
      global.set 0
      local.get 1
      i32.load
      local.get 2
      local.get 3
      i32.const 420
      local.get 4
      local.get 5
      local.get 6
      i32.const 8
      i32.add
      call 0
      block ;; label = @1
        block ;; label = @2
          local.get 6
          i32.load8_u offset=8
          br_if 0 (;@2;)
          local.get 0
          i32.const -2147483648
          i32.store
          br 1 (;@1;)
        end
        local.get 6
        i32.load offset=32
        local.set 1
        local.get 6
        i32.load offset=28
        local.set 3
        local.get 6
        i32.load offset=24
        local.set 7
        local.get 6
        i32.load offset=20
        local.set 2
        local.get 6
        i32.load offset=16
        local.set 8
        local.get 6
        i32.load8_u offset=12
        local.set 9
        local.get 6
        i32.const 40
        i32.add
        local.get 6
        i32.load offset=36
        local.tee 5
        call 48
        block ;; label = @2
          loop ;; label = @3
            local.get 5
            i32.eqz
            br_if 1 (;@2;)
            local.get 6
            local.get 1
            i32.load
            i32.store offset=56
            local.get 6
            local.get 1
            i32.const 4
            i32.add
            i32.load
            local.tee 4
            i32.store offset=60
            local.get 6
            local.get 4
            i32.store offset=52
            local.get 5
            i32.const -1
            i32.add
            local.set 5
            local.get 1
            i32.const 8
            i32.add
            local.set 1
            local.get 6
            i32.const 40
            i32.add
            local.get 6
            i32.const 52
            i32.add
            call 49
            br 0 (;@3;)
          end
        end
        local.get 0
        local.get 3
        i32.store offset=20
        local.get 0
        local.get 7
        i32.store offset=16
        local.get 0
        local.get 3
        i32.store offset=12
        local.get 0
        local.get 2
        i32.store offset=8
        local.get 0
        local.get 8
        i32.store offset=4
        local.get 0
        local.get 2
        i32.store
        local.get 0
        local.get 6
        i64.load offset=40 align=4
        i64.store offset=24 align=4
        local.get 0
        local.get 6
        i32.load offset=48
        i32.store offset=32
        local.get 0
        local.get 9
        i32.store8 offset=36
      end
      local.get 6
      i32.const 64
      i32.add
      global.set 0
    )
    (func (;48;) (type 9) (param i32 i32)
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
      call 53
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
    (func (;49;) (type 9) (param i32 i32)
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
        call 56
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
    (func (;50;) (type 1) (param i32 i32 i32 i32)
      (local i32 i32 i64 i32 i32 i32 i32)
      global.get 0
      i32.const 64
      i32.sub
      local.tee 4
      global.set 0
      local.get 1
      i32.load
      local.get 2
      local.get 3
      local.get 4
      call 1
      local.get 4
      i32.load8_u offset=8
      local.set 5
      block ;; label = @1
        block ;; label = @2
          local.get 4
          i32.load8_u
          br_if 0 (;@2;)
          block ;; label = @3
            block ;; label = @4
              local.get 5
              i32.const 255
              i32.and
              br_if 0 (;@4;)
              i32.const 4
              local.set 1
              br 1 (;@3;)
            end
            local.get 4
            i64.load offset=32
            local.set 6
            local.get 4
            i32.load offset=28
            local.set 3
            local.get 4
            i32.load offset=24
            local.set 2
            local.get 4
            i32.load offset=20
            local.set 5
            local.get 4
            i32.load8_u offset=16
            local.set 1
          end
          local.get 0
          local.get 6
          i64.store offset=24
          local.get 0
          local.get 3
          i32.store offset=20
          local.get 0
          local.get 2
          i32.store offset=16
          local.get 0
          local.get 5
          i32.store offset=12
          local.get 0
          local.get 1
          i32.store8 offset=8
          local.get 0
          i32.const -2147483648
          i32.store
          br 1 (;@1;)
        end
        local.get 4
        i32.load offset=28
        local.set 1
        local.get 4
        i32.load offset=24
        local.set 7
        local.get 4
        i32.load offset=20
        local.set 8
        local.get 4
        i32.load offset=16
        local.set 9
        local.get 4
        i32.load offset=12
        local.set 10
        local.get 4
        i32.const 40
        i32.add
        local.get 4
        i32.load offset=32
        local.tee 3
        call 48
        block ;; label = @2
          loop ;; label = @3
            local.get 3
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
            local.tee 2
            i32.store offset=60
            local.get 4
            local.get 2
            i32.store offset=52
            local.get 3
            i32.const -1
            i32.add
            local.set 3
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
            call 49
            br 0 (;@3;)
          end
        end
        local.get 0
        local.get 7
        i32.store offset=20
        local.get 0
        local.get 8
        i32.store offset=16
        local.get 0
        local.get 7
        i32.store offset=12
        local.get 0
        local.get 9
        i32.store offset=8
        local.get 0
        local.get 10
        i32.store offset=4
        local.get 0
        local.get 9
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
        local.get 5
        i32.store8 offset=36
      end
      local.get 4
      i32.const 64
      i32.add
      global.set 0
    )
    (func (;51;) (type 6) (param i32)
      (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i64 i64 i64)
      global.get 0
      i32.const 608
      i32.sub
      local.tee 1
      global.set 0
      call 52
      local.get 0
      i32.load offset=96
      local.set 2
      local.get 0
      i32.load8_u offset=84
      local.set 3
      local.get 0
      i32.load8_u offset=72
      local.set 4
      local.get 0
      i32.load8_u offset=60
      local.set 5
      local.get 0
      i32.load8_u offset=59
      local.set 6
      local.get 0
      i32.load8_u offset=58
      local.set 7
      local.get 0
      i32.load8_u offset=57
      local.set 8
      local.get 0
      i32.load8_u offset=56
      local.set 9
      local.get 0
      i64.load offset=48
      local.set 10
      local.get 0
      i32.load8_u offset=40
      local.set 11
      local.get 0
      i32.load offset=36
      local.set 12
      local.get 0
      i32.load8_u offset=24
      local.set 13
      local.get 0
      i32.load offset=20
      local.set 14
      local.get 0
      i32.load offset=16
      local.set 15
      local.get 0
      i32.load offset=12
      local.set 16
      local.get 0
      i32.load offset=8
      local.set 17
      local.get 0
      i32.load
      local.set 18
      local.get 1
      i32.const 88
      i32.add
      local.get 0
      i32.load offset=100
      local.tee 19
      i32.const 8
      i32.const 56
      call 53
      local.get 1
      local.get 1
      i32.load offset=92
      local.tee 20
      i32.store offset=108
      local.get 1
      local.get 1
      i32.load offset=88
      i32.store offset=104
      i32.const 0
      local.set 21
      i32.const 0
      local.set 22
      block ;; label = @1
        block ;; label = @2
          loop ;; label = @3
            local.get 1
            local.get 22
            i32.store offset=112
            block ;; label = @4
              block ;; label = @5
                block ;; label = @6
                  local.get 19
                  local.get 22
                  i32.eq
                  br_if 0 (;@6;)
                  local.get 2
                  i32.const 40
                  i32.add
                  i32.load8_u
                  local.set 23
                  local.get 2
                  i32.const 28
                  i32.add
                  i32.load8_u
                  br_if 1 (;@5;)
                  i32.const -2147483648
                  local.set 24
                  br 2 (;@4;)
                end
                local.get 0
                i32.load offset=104
                local.set 19
                local.get 1
                i32.const 80
                i32.add
                local.get 0
                i32.load offset=108
                local.tee 20
                i32.const 4
                i32.const 48
                call 53
                local.get 1
                local.get 1
                i32.load offset=84
                local.tee 25
                i32.store offset=120
                local.get 1
                local.get 1
                i32.load offset=80
                i32.store offset=116
                i32.const 0
                local.set 26
                loop ;; label = @6
                  local.get 1
                  local.get 26
                  i32.store offset=124
                  block ;; label = @7
                    block ;; label = @8
                      local.get 26
                      local.get 20
                      i32.eq
                      br_if 0 (;@8;)
                      local.get 19
                      local.get 26
                      i32.const 36
                      i32.mul
                      i32.add
                      local.tee 21
                      i32.load offset=28
                      local.set 2
                      local.get 21
                      i32.load offset=24
                      local.set 27
                      local.get 21
                      i32.load offset=20
                      local.set 28
                      local.get 21
                      i32.load8_u offset=8
                      local.set 29
                      local.get 21
                      i32.load offset=4
                      local.set 24
                      local.get 21
                      i32.load
                      local.set 30
                      local.get 1
                      i32.const 416
                      i32.add
                      local.get 21
                      i32.load offset=32
                      local.tee 23
                      call 48
                      loop ;; label = @9
                        local.get 23
                        i32.eqz
                        br_if 2 (;@7;)
                        local.get 1
                        local.get 2
                        i32.load
                        i32.store offset=148
                        local.get 1
                        local.get 2
                        i32.const 4
                        i32.add
                        i32.load
                        local.tee 22
                        i32.store offset=152
                        local.get 1
                        local.get 22
                        i32.store offset=144
                        local.get 23
                        i32.const -1
                        i32.add
                        local.set 23
                        local.get 2
                        i32.const 8
                        i32.add
                        local.set 2
                        local.get 1
                        i32.const 416
                        i32.add
                        local.get 1
                        i32.const 144
                        i32.add
                        call 49
                        br 0 (;@9;)
                      end
                    end
                    local.get 0
                    i32.load offset=128
                    local.set 24
                    local.get 0
                    i32.load8_u offset=112
                    local.set 28
                    local.get 1
                    i32.const 72
                    i32.add
                    local.get 0
                    i32.load offset=132
                    local.tee 27
                    i32.const 4
                    i32.const 12
                    call 53
                    local.get 1
                    local.get 1
                    i32.load offset=76
                    local.tee 26
                    i32.store offset=160
                    local.get 1
                    local.get 1
                    i32.load offset=72
                    i32.store offset=156
                    i32.const 0
                    local.set 23
                    i32.const 0
                    local.set 2
                    loop ;; label = @8
                      local.get 1
                      local.get 2
                      i32.store offset=164
                      block ;; label = @9
                        block ;; label = @10
                          block ;; label = @11
                            local.get 27
                            local.get 2
                            i32.eq
                            br_if 0 (;@11;)
                            local.get 24
                            local.get 23
                            i32.add
                            local.tee 22
                            i32.load8_u
                            br_if 1 (;@10;)
                            i32.const -2147483648
                            local.set 21
                            br 2 (;@9;)
                          end
                          local.get 1
                          local.get 18
                          i32.store offset=100
                          block ;; label = @11
                            block ;; label = @12
                              local.get 13
                              i32.const 255
                              i32.and
                              br_if 0 (;@12;)
                              i32.const -2147483648
                              local.set 23
                              br 1 (;@11;)
                            end
                            local.get 0
                            i32.load offset=32
                            local.tee 23
                            i64.extend_i32_u
                            i64.const 32
                            i64.shl
                            local.get 0
                            i64.load32_u offset=28
                            i64.or
                            local.set 31
                          end
                          block ;; label = @11
                            block ;; label = @12
                              local.get 11
                              i32.const 255
                              i32.and
                              br_if 0 (;@12;)
                              i32.const 0
                              local.set 22
                              br 1 (;@11;)
                            end
                            local.get 0
                            i32.load offset=44
                            local.set 21
                            i32.const 1
                            local.set 22
                          end
                          i32.const -2147483648
                          local.set 2
                          block ;; label = @11
                            block ;; label = @12
                              local.get 5
                              i32.const 255
                              i32.and
                              br_if 0 (;@12;)
                              i32.const -2147483648
                              local.set 24
                              br 1 (;@11;)
                            end
                            local.get 0
                            i32.load offset=68
                            local.tee 24
                            i64.extend_i32_u
                            i64.const 32
                            i64.shl
                            local.get 0
                            i64.load32_u offset=64
                            i64.or
                            local.set 32
                          end
                          block ;; label = @11
                            block ;; label = @12
                              local.get 4
                              i32.const 255
                              i32.and
                              br_if 0 (;@12;)
                              br 1 (;@11;)
                            end
                            local.get 0
                            i32.load offset=80
                            local.tee 2
                            i64.extend_i32_u
                            i64.const 32
                            i64.shl
                            local.get 0
                            i64.load32_u offset=76
                            i64.or
                            local.set 33
                          end
                          i32.const -2147483648
                          local.set 5
                          block ;; label = @11
                            block ;; label = @12
                              local.get 3
                              i32.const 255
                              i32.and
                              br_if 0 (;@12;)
                              i32.const -2147483648
                              local.set 29
                              br 1 (;@11;)
                            end
                            local.get 0
                            i32.load offset=92
                            local.tee 29
                            i64.extend_i32_u
                            i64.const 32
                            i64.shl
                            local.get 0
                            i64.load32_u offset=88
                            i64.or
                            local.set 34
                          end
                          local.get 0
                          i32.load offset=140
                          local.set 11
                          local.get 0
                          i32.load offset=136
                          local.set 13
                          local.get 1
                          local.get 1
                          i32.load offset=112
                          i32.store offset=216
                          local.get 1
                          local.get 1
                          i64.load offset=104 align=4
                          i64.store offset=208
                          local.get 1
                          local.get 1
                          i64.load offset=116 align=4
                          i64.store offset=220 align=4
                          local.get 1
                          local.get 1
                          i32.load offset=124
                          i32.store offset=228
                          local.get 1
                          local.get 12
                          i32.store offset=280
                          local.get 1
                          local.get 31
                          i64.store offset=236 align=4
                          local.get 1
                          local.get 23
                          i32.store offset=232
                          local.get 1
                          local.get 14
                          i32.store offset=204
                          local.get 1
                          local.get 15
                          i32.store offset=200
                          local.get 1
                          local.get 14
                          i32.store offset=196
                          local.get 1
                          local.get 16
                          i32.store offset=192
                          local.get 1
                          local.get 17
                          i32.store offset=188
                          local.get 1
                          local.get 16
                          i32.store offset=184
                          local.get 1
                          local.get 6
                          i32.store8 offset=287
                          local.get 1
                          local.get 9
                          i32.store8 offset=284
                          local.get 1
                          local.get 10
                          i64.store offset=176
                          local.get 1
                          local.get 21
                          i32.store offset=172
                          local.get 1
                          local.get 22
                          i32.store offset=168
                          local.get 1
                          local.get 24
                          i32.store offset=244
                          local.get 1
                          local.get 32
                          i64.store offset=248
                          local.get 1
                          local.get 2
                          i32.store offset=256
                          local.get 1
                          local.get 33
                          i64.store offset=260 align=4
                          local.get 1
                          local.get 29
                          i32.store offset=268
                          local.get 1
                          local.get 34
                          i64.store offset=272
                          i32.const 0
                          local.set 23
                          local.get 1
                          local.get 7
                          i32.const 255
                          i32.and
                          i32.const 0
                          i32.ne
                          i32.store8 offset=286
                          local.get 1
                          local.get 8
                          i32.const 255
                          i32.and
                          i32.const 0
                          i32.ne
                          i32.store8 offset=285
                          block ;; label = @11
                            block ;; label = @12
                              local.get 28
                              i32.const 255
                              i32.and
                              br_if 0 (;@12;)
                              br 1 (;@11;)
                            end
                            local.get 0
                            i32.load offset=120
                            local.tee 5
                            i64.extend_i32_u
                            i64.const 32
                            i64.shl
                            local.get 0
                            i64.load32_u offset=116
                            i64.or
                            local.set 32
                          end
                          local.get 1
                          i32.const 196
                          i32.add
                          local.set 7
                          local.get 1
                          i32.load offset=156
                          local.set 6
                          local.get 1
                          i32.const 0
                          i32.store offset=300
                          local.get 1
                          i64.const 17179869184
                          i64.store offset=292 align=4
                          local.get 1
                          i32.const 416
                          i32.add
                          i32.const 1049215
                          i32.const 3
                          call 41
                          local.get 1
                          i32.const 428
                          i32.add
                          i32.const 1049218
                          i32.const 5
                          call 41
                          local.get 1
                          i32.const 304
                          i32.add
                          i32.const 16
                          call 54
                          local.get 1
                          i32.load offset=316
                          local.set 30
                          local.get 1
                          i32.load offset=312
                          local.set 28
                          local.get 1
                          i32.load offset=308
                          local.set 29
                          local.get 1
                          i32.load offset=304
                          local.set 24
                          i32.const 0
                          local.set 2
                          block ;; label = @11
                            loop ;; label = @12
                              local.get 2
                              i32.const 24
                              i32.eq
                              br_if 1 (;@11;)
                              local.get 24
                              local.get 23
                              i32.add
                              local.tee 22
                              local.get 1
                              i32.const 416
                              i32.add
                              local.get 2
                              i32.add
                              local.tee 21
                              i32.const 4
                              i32.add
                              i64.load align=4
                              i64.store align=4
                              local.get 22
                              i32.const 8
                              i32.add
                              local.get 21
                              i32.const 16
                              i32.add
                              i64.load align=4
                              i64.store align=4
                              local.get 23
                              i32.const 16
                              i32.add
                              local.set 23
                              local.get 2
                              i32.const 24
                              i32.add
                              local.set 2
                              br 0 (;@12;)
                            end
                          end
                          i32.const 2
                          i32.const 1049211
                          i32.const 4
                          local.get 24
                          i32.const 1
                          call 2
                          block ;; label = @11
                            local.get 29
                            i32.eqz
                            br_if 0 (;@11;)
                            local.get 28
                            i32.eqz
                            br_if 0 (;@11;)
                            local.get 28
                            i32.eqz
                            br_if 0 (;@11;)
                            local.get 30
                            i32.const 255
                            local.get 28
                            memory.fill
                          end
                          i32.const 1049211
                          i32.const 4
                          i64.const 1
                          i32.const 1
                          i64.const 2
                          call 3
                          local.get 1
                          i32.const 292
                          i32.add
                          i32.const 1049223
                          i32.const 18
                          call 4
                          i32.const 255
                          i32.and
                          i32.eqz
                          call 45
                          local.get 1
                          i32.const 292
                          i32.add
                          i32.const 1049241
                          i32.const 9
                          call 5
                          i64.const 0
                          i64.ne
                          call 45
                          i32.const 1
                          call 6
                          local.get 1
                          i32.const 292
                          i32.add
                          i32.const 1049250
                          i32.const 13
                          call 7
                          i64.const 3600000
                          i64.lt_u
                          call 45
                          local.get 1
                          i32.load offset=100
                          i32.const 1049464
                          i32.const 7
                          i32.const 493
                          local.get 1
                          i32.const 304
                          i32.add
                          call 8
                          block ;; label = @11
                            block ;; label = @12
                              local.get 1
                              i32.load8_u offset=304
                              br_if 0 (;@12;)
                              local.get 1
                              i32.const -2147483648
                              i32.store offset=416
                              br 1 (;@11;)
                            end
                            local.get 1
                            i32.load offset=328
                            local.set 2
                            local.get 1
                            i32.load offset=324
                            local.set 21
                            local.get 1
                            i32.load offset=320
                            local.set 28
                            local.get 1
                            i32.load offset=316
                            local.set 24
                            local.get 1
                            i32.load offset=312
                            local.set 29
                            local.get 1
                            i32.load8_u offset=308
                            local.set 30
                            local.get 1
                            i32.const 596
                            i32.add
                            local.get 1
                            i32.load offset=332
                            local.tee 23
                            call 48
                            block ;; label = @12
                              loop ;; label = @13
                                local.get 23
                                i32.eqz
                                br_if 1 (;@12;)
                                local.get 1
                                local.get 2
                                i32.load
                                i32.store offset=540
                                local.get 1
                                local.get 2
                                i32.const 4
                                i32.add
                                i32.load
                                local.tee 22
                                i32.store offset=544
                                local.get 1
                                local.get 22
                                i32.store offset=536
                                local.get 23
                                i32.const -1
                                i32.add
                                local.set 23
                                local.get 2
                                i32.const 8
                                i32.add
                                local.set 2
                                local.get 1
                                i32.const 596
                                i32.add
                                local.get 1
                                i32.const 536
                                i32.add
                                call 49
                                br 0 (;@13;)
                              end
                            end
                            local.get 1
                            local.get 21
                            i32.store offset=436
                            local.get 1
                            local.get 28
                            i32.store offset=432
                            local.get 1
                            local.get 21
                            i32.store offset=428
                            local.get 1
                            local.get 24
                            i32.store offset=424
                            local.get 1
                            local.get 29
                            i32.store offset=420
                            local.get 1
                            local.get 24
                            i32.store offset=416
                            local.get 1
                            local.get 1
                            i64.load offset=596 align=4
                            i64.store offset=440 align=4
                            local.get 1
                            local.get 1
                            i32.load offset=604
                            i32.store offset=448
                            local.get 1
                            local.get 30
                            i32.store8 offset=452
                          end
                          local.get 1
                          i32.const 292
                          i32.add
                          i32.const 1049471
                          i32.const 15
                          local.get 1
                          i32.const 416
                          i32.add
                          call 40
                          local.get 1
                          i32.const 416
                          i32.add
                          local.get 1
                          i32.const 100
                          i32.add
                          i32.const 1049486
                          i32.const 7
                          i32.const 1049211
                          i32.const 4
                          call 47
                          local.get 1
                          i32.const 292
                          i32.add
                          i32.const 1049493
                          i32.const 17
                          local.get 1
                          i32.const 416
                          i32.add
                          call 40
                          local.get 1
                          i32.load offset=100
                          i32.const 1049510
                          i32.const 7
                          i32.const 1049517
                          i32.const 1
                          local.get 1
                          i32.const 304
                          i32.add
                          call 9
                          block ;; label = @11
                            block ;; label = @12
                              local.get 1
                              i32.load8_u offset=304
                              br_if 0 (;@12;)
                              local.get 1
                              i32.const -2147483648
                              i32.store offset=416
                              br 1 (;@11;)
                            end
                            local.get 1
                            i32.load offset=328
                            local.set 2
                            local.get 1
                            i32.load offset=324
                            local.set 21
                            local.get 1
                            i32.load offset=320
                            local.set 28
                            local.get 1
                            i32.load offset=316
                            local.set 24
                            local.get 1
                            i32.load offset=312
                            local.set 29
                            local.get 1
                            i32.load8_u offset=308
                            local.set 30
                            local.get 1
                            i32.const 596
                            i32.add
                            local.get 1
                            i32.load offset=332
                            local.tee 23
                            call 48
                            block ;; label = @12
                              loop ;; label = @13
                                local.get 23
                                i32.eqz
                                br_if 1 (;@12;)
                                local.get 1
                                local.get 2
                                i32.load
                                i32.store offset=540
                                local.get 1
                                local.get 2
                                i32.const 4
                                i32.add
                                i32.load
                                local.tee 22
                                i32.store offset=544
                                local.get 1
                                local.get 22
                                i32.store offset=536
                                local.get 23
                                i32.const -1
                                i32.add
                                local.set 23
                                local.get 2
                                i32.const 8
                                i32.add
                                local.set 2
                                local.get 1
                                i32.const 596
                                i32.add
                                local.get 1
                                i32.const 536
                                i32.add
                                call 49
                                br 0 (;@13;)
                              end
                            end
                            local.get 1
                            local.get 21
                            i32.store offset=436
                            local.get 1
                            local.get 28
                            i32.store offset=432
                            local.get 1
                            local.get 21
                            i32.store offset=428
                            local.get 1
                            local.get 24
                            i32.store offset=424
                            local.get 1
                            local.get 29
                            i32.store offset=420
                            local.get 1
                            local.get 24
                            i32.store offset=416
                            local.get 1
                            local.get 1
                            i64.load offset=596 align=4
                            i64.store offset=440 align=4
                            local.get 1
                            local.get 1
                            i32.load offset=604
                            i32.store offset=448
                            local.get 1
                            local.get 30
                            i32.store8 offset=452
                          end
                          local.get 1
                          i32.const 292
                          i32.add
                          i32.const 1049518
                          i32.const 14
                          local.get 1
                          i32.const 416
                          i32.add
                          call 40
                          local.get 1
                          i32.load offset=100
                          i32.const 1049486
                          i32.const 7
                          i32.const 1049532
                          i32.const 7
                          local.get 1
                          i32.const 304
                          i32.add
                          call 10
                          block ;; label = @11
                            block ;; label = @12
                              local.get 1
                              i32.load8_u offset=304
                              br_if 0 (;@12;)
                              local.get 1
                              i32.const -2147483648
                              i32.store offset=416
                              br 1 (;@11;)
                            end
                            local.get 1
                            i32.load offset=328
                            local.set 2
                            local.get 1
                            i32.load offset=324
                            local.set 21
                            local.get 1
                            i32.load offset=320
                            local.set 28
                            local.get 1
                            i32.load offset=316
                            local.set 24
                            local.get 1
                            i32.load offset=312
                            local.set 29
                            local.get 1
                            i32.load8_u offset=308
                            local.set 30
                            local.get 1
                            i32.const 596
                            i32.add
                            local.get 1
                            i32.load offset=332
                            local.tee 23
                            call 48
                            block ;; label = @12
                              loop ;; label = @13
                                local.get 23
                                i32.eqz
                                br_if 1 (;@12;)
                                local.get 1
                                local.get 2
                                i32.load
                                i32.store offset=540
                                local.get 1
                                local.get 2
                                i32.const 4
                                i32.add
                                i32.load
                                local.tee 22
                                i32.store offset=544
                                local.get 1
                                local.get 22
                                i32.store offset=536
                                local.get 23
                                i32.const -1
                                i32.add
                                local.set 23
                                local.get 2
                                i32.const 8
                                i32.add
                                local.set 2
                                local.get 1
                                i32.const 596
                                i32.add
                                local.get 1
                                i32.const 536
                                i32.add
                                call 49
                                br 0 (;@13;)
                              end
                            end
                            local.get 1
                            local.get 21
                            i32.store offset=436
                            local.get 1
                            local.get 28
                            i32.store offset=432
                            local.get 1
                            local.get 21
                            i32.store offset=428
                            local.get 1
                            local.get 24
                            i32.store offset=424
                            local.get 1
                            local.get 29
                            i32.store offset=420
                            local.get 1
                            local.get 24
                            i32.store offset=416
                            local.get 1
                            local.get 1
                            i64.load offset=596 align=4
                            i64.store offset=440 align=4
                            local.get 1
                            local.get 1
                            i32.load offset=604
                            i32.store offset=448
                            local.get 1
                            local.get 30
                            i32.store8 offset=452
                          end
                          local.get 1
                          i32.const 292
                          i32.add
                          i32.const 1049539
                          i32.const 13
                          local.get 1
                          i32.const 416
                          i32.add
                          call 40
                          local.get 1
                          i32.load offset=100
                          i32.const 1049464
                          i32.const 7
                          local.get 1
                          i32.const 304
                          i32.add
                          call 11
                          block ;; label = @11
                            block ;; label = @12
                              local.get 1
                              i32.load8_u offset=304
                              br_if 0 (;@12;)
                              local.get 1
                              i32.const -2147483648
                              i32.store offset=416
                              br 1 (;@11;)
                            end
                            local.get 1
                            i32.load offset=328
                            local.set 2
                            local.get 1
                            i32.load offset=324
                            local.set 21
                            local.get 1
                            i32.load offset=320
                            local.set 28
                            local.get 1
                            i32.load offset=316
                            local.set 24
                            local.get 1
                            i32.load offset=312
                            local.set 29
                            local.get 1
                            i32.load8_u offset=308
                            local.set 30
                            local.get 1
                            i32.const 596
                            i32.add
                            local.get 1
                            i32.load offset=332
                            local.tee 23
                            call 48
                            block ;; label = @12
                              loop ;; label = @13
                                local.get 23
                                i32.eqz
                                br_if 1 (;@12;)
                                local.get 1
                                local.get 2
                                i32.load
                                i32.store offset=540
                                local.get 1
                                local.get 2
                                i32.const 4
                                i32.add
                                i32.load
                                local.tee 22
                                i32.store offset=544
                                local.get 1
                                local.get 22
                                i32.store offset=536
                                local.get 23
                                i32.const -1
                                i32.add
                                local.set 23
                                local.get 2
                                i32.const 8
                                i32.add
                                local.set 2
                                local.get 1
                                i32.const 596
                                i32.add
                                local.get 1
                                i32.const 536
                                i32.add
                                call 49
                                br 0 (;@13;)
                              end
                            end
                            local.get 1
                            local.get 21
                            i32.store offset=436
                            local.get 1
                            local.get 28
                            i32.store offset=432
                            local.get 1
                            local.get 21
                            i32.store offset=428
                            local.get 1
                            local.get 24
                            i32.store offset=424
                            local.get 1
                            local.get 29
                            i32.store offset=420
                            local.get 1
                            local.get 24
                            i32.store offset=416
                            local.get 1
                            local.get 1
                            i64.load offset=596 align=4
                            i64.store offset=440 align=4
                            local.get 1
                            local.get 1
                            i32.load offset=604
                            i32.store offset=448
                            local.get 1
                            local.get 30
                            i32.store8 offset=452
                          end
                          local.get 1
                          i32.const 292
                          i32.add
                          i32.const 1049552
                          i32.const 13
                          local.get 1
                          i32.const 416
                          i32.add
                          call 40
                          local.get 1
                          i32.load offset=100
                          i32.const 1049565
                          i32.const 5
                          local.get 1
                          i32.const 416
                          i32.add
                          call 12
                          block ;; label = @11
                            block ;; label = @12
                              block ;; label = @13
                                block ;; label = @14
                                  local.get 1
                                  i32.load8_u offset=416
                                  br_if 0 (;@14;)
                                  local.get 1
                                  i32.load offset=420
                                  local.set 2
                                  local.get 1
                                  i32.const 584
                                  i32.add
                                  local.get 1
                                  i32.load offset=424
                                  local.tee 23
                                  call 48
                                  loop ;; label = @15
                                    local.get 23
                                    i32.eqz
                                    br_if 2 (;@13;)
                                    local.get 1
                                    local.get 2
                                    i32.load
                                    i32.store offset=600
                                    local.get 1
                                    local.get 2
                                    i32.const 4
                                    i32.add
                                    i32.load
                                    local.tee 22
                                    i32.store offset=604
                                    local.get 1
                                    local.get 22
                                    i32.store offset=596
                                    local.get 23
                                    i32.const -1
                                    i32.add
                                    local.set 23
                                    local.get 2
                                    i32.const 8
                                    i32.add
                                    local.set 2
                                    local.get 1
                                    i32.const 584
                                    i32.add
                                    local.get 1
                                    i32.const 596
                                    i32.add
                                    call 49
                                    br 0 (;@15;)
                                  end
                                end
                                local.get 1
                                i32.load offset=440
                                local.set 2
                                local.get 1
                                i64.load32_u offset=436
                                local.set 31
                                local.get 1
                                i32.load offset=428
                                local.set 21
                                local.get 1
                                i32.load offset=424
                                local.set 24
                                local.get 1
                                i32.const 536
                                i32.add
                                local.get 1
                                i32.load offset=444
                                local.tee 23
                                call 48
                                block ;; label = @14
                                  loop ;; label = @15
                                    local.get 23
                                    i32.eqz
                                    br_if 1 (;@14;)
                                    local.get 1
                                    local.get 2
                                    i32.load
                                    i32.store offset=308
                                    local.get 1
                                    local.get 2
                                    i32.const 4
                                    i32.add
                                    i32.load
                                    local.tee 22
                                    i32.store offset=312
                                    local.get 1
                                    local.get 22
                                    i32.store offset=304
                                    local.get 23
                                    i32.const -1
                                    i32.add
                                    local.set 23
                                    local.get 2
                                    i32.const 8
                                    i32.add
                                    local.set 2
                                    local.get 1
                                    i32.const 536
                                    i32.add
                                    local.get 1
                                    i32.const 304
                                    i32.add
                                    call 49
                                    br 0 (;@15;)
                                  end
                                end
                                block ;; label = @14
                                  local.get 21
                                  i32.const -2147483648
                                  i32.ne
                                  br_if 0 (;@14;)
                                  local.get 31
                                  i64.const 32
                                  i64.shl
                                  local.get 21
                                  i64.extend_i32_u
                                  i64.or
                                  local.set 31
                                  br 2 (;@12;)
                                end
                                local.get 1
                                local.get 24
                                i32.store offset=308
                                local.get 1
                                local.get 21
                                i32.store offset=304
                                local.get 1
                                local.get 21
                                i32.store offset=312
                                local.get 1
                                i32.const 15
                                i32.store offset=420
                                local.get 1
                                i32.const 1049570
                                i32.store offset=416
                                local.get 1
                                local.get 1
                                i64.load offset=304 align=4
                                i64.store offset=424 align=4
                                local.get 1
                                local.get 21
                                i32.store offset=432
                                local.get 1
                                i32.const 292
                                i32.add
                                local.get 1
                                i32.const 416
                                i32.add
                                call 42
                                br 2 (;@11;)
                              end
                              local.get 1
                              i64.load offset=588 align=4
                              local.set 31
                              local.get 1
                              i32.load offset=584
                              local.set 24
                            end
                            local.get 1
                            i32.const 304
                            i32.add
                            i32.const 1049720
                            i32.const 2
                            call 41
                            local.get 1
                            i32.const 15
                            i32.store offset=420
                            local.get 1
                            i32.const 1049570
                            i32.store offset=416
                            local.get 1
                            local.get 1
                            i64.load offset=304 align=4
                            i64.store offset=424 align=4
                            local.get 1
                            local.get 1
                            i32.load offset=312
                            i32.store offset=432
                            local.get 1
                            i32.const 292
                            i32.add
                            local.get 1
                            i32.const 416
                            i32.add
                            call 42
                            local.get 24
                            i32.const -2147483648
                            i32.eq
                            br_if 0 (;@11;)
                            i32.const 0
                            local.set 2
                            block ;; label = @12
                              local.get 31
                              i64.const -4294967296
                              i64.and
                              i64.const 8589934592
                              i64.ne
                              br_if 0 (;@12;)
                              local.get 31
                              i32.wrap_i64
                              i32.const 1049588
                              i32.const 2
                              call 55
                              local.set 2
                            end
                            local.get 1
                            i32.const 292
                            i32.add
                            i32.const 1049604
                            i32.const 12
                            local.get 2
                            call 45
                          end
                          local.get 1
                          i32.load offset=100
                          i32.const 1049532
                          i32.const 7
                          local.get 1
                          i32.const 304
                          i32.add
                          call 13
                          block ;; label = @11
                            block ;; label = @12
                              local.get 1
                              i32.load8_u offset=304
                              br_if 0 (;@12;)
                              local.get 1
                              local.get 1
                              i32.load offset=312
                              local.tee 2
                              i32.store offset=428
                              local.get 1
                              local.get 1
                              i32.load offset=308
                              i32.store offset=424
                              local.get 1
                              local.get 2
                              i32.store offset=420
                              local.get 1
                              i32.const -2147483648
                              i32.store offset=416
                              br 1 (;@11;)
                            end
                            local.get 1
                            i32.load offset=328
                            local.set 2
                            local.get 1
                            i32.load offset=324
                            local.set 21
                            local.get 1
                            i32.load offset=320
                            local.set 28
                            local.get 1
                            i32.load offset=316
                            local.set 24
                            local.get 1
                            i32.load offset=312
                            local.set 29
                            local.get 1
                            i32.load8_u offset=308
                            local.set 30
                            local.get 1
                            i32.const 596
                            i32.add
                            local.get 1
                            i32.load offset=332
                            local.tee 23
                            call 48
                            block ;; label = @12
                              loop ;; label = @13
                                local.get 23
                                i32.eqz
                                br_if 1 (;@12;)
                                local.get 1
                                local.get 2
                                i32.load
                                i32.store offset=540
                                local.get 1
                                local.get 2
                                i32.const 4
                                i32.add
                                i32.load
                                local.tee 22
                                i32.store offset=544
                                local.get 1
                                local.get 22
                                i32.store offset=536
                                local.get 23
                                i32.const -1
                                i32.add
                                local.set 23
                                local.get 2
                                i32.const 8
                                i32.add
                                local.set 2
                                local.get 1
                                i32.const 596
                                i32.add
                                local.get 1
                                i32.const 536
                                i32.add
                                call 49
                                br 0 (;@13;)
                              end
                            end
                            local.get 1
                            local.get 21
                            i32.store offset=436
                            local.get 1
                            local.get 28
                            i32.store offset=432
                            local.get 1
                            local.get 21
                            i32.store offset=428
                            local.get 1
                            local.get 24
                            i32.store offset=424
                            local.get 1
                            local.get 29
                            i32.store offset=420
                            local.get 1
                            local.get 24
                            i32.store offset=416
                            local.get 1
                            local.get 1
                            i64.load offset=596 align=4
                            i64.store offset=440 align=4
                            local.get 1
                            local.get 1
                            i32.load offset=604
                            i32.store offset=448
                            local.get 1
                            local.get 30
                            i32.store8 offset=452
                          end
                          local.get 1
                          i32.const 304
                          i32.add
                          local.get 1
                          i32.const 292
                          i32.add
                          i32.const 1049616
                          i32.const 16
                          local.get 1
                          i32.const 416
                          i32.add
                          call 43
                          block ;; label = @11
                            local.get 1
                            i32.load offset=304
                            i32.const -2147483648
                            i32.eq
                            br_if 0 (;@11;)
                            i32.const 0
                            local.set 2
                            block ;; label = @12
                              local.get 1
                              i32.load offset=312
                              i32.const 4
                              i32.ne
                              br_if 0 (;@12;)
                              local.get 1
                              i32.load offset=308
                              i32.load align=1
                              i32.const 1953523051
                              i32.eq
                              local.set 2
                            end
                            local.get 1
                            i32.const 292
                            i32.add
                            i32.const 1049632
                            i32.const 12
                            local.get 2
                            call 45
                          end
                          local.get 1
                          i32.load offset=100
                          i32.const 1049510
                          i32.const 7
                          local.get 1
                          i32.const 416
                          i32.add
                          call 14
                          block ;; label = @11
                            local.get 1
                            i32.load8_u offset=416
                            br_if 0 (;@11;)
                            local.get 1
                            i32.load offset=420
                            local.set 2
                            local.get 1
                            i32.load offset=424
                            local.tee 24
                            local.set 28
                            br 9 (;@2;)
                          end
                          local.get 1
                          i32.load offset=440
                          local.set 2
                          local.get 1
                          i32.load offset=436
                          local.set 28
                          local.get 1
                          i32.load offset=428
                          local.set 21
                          local.get 1
                          i32.load offset=424
                          local.set 24
                          local.get 1
                          i32.const 536
                          i32.add
                          local.get 1
                          i32.load offset=444
                          local.tee 23
                          call 48
                          block ;; label = @11
                            loop ;; label = @12
                              local.get 23
                              i32.eqz
                              br_if 1 (;@11;)
                              local.get 1
                              local.get 2
                              i32.load
                              i32.store offset=308
                              local.get 1
                              local.get 2
                              i32.const 4
                              i32.add
                              i32.load
                              local.tee 22
                              i32.store offset=312
                              local.get 1
                              local.get 22
                              i32.store offset=304
                              local.get 23
                              i32.const -1
                              i32.add
                              local.set 23
                              local.get 2
                              i32.const 8
                              i32.add
                              local.set 2
                              local.get 1
                              i32.const 536
                              i32.add
                              local.get 1
                              i32.const 304
                              i32.add
                              call 49
                              br 0 (;@12;)
                            end
                          end
                          i32.const -2147483648
                          local.set 2
                          local.get 21
                          i32.const -2147483648
                          i32.eq
                          br_if 8 (;@2;)
                          local.get 1
                          local.get 24
                          i32.store offset=308
                          local.get 1
                          local.get 21
                          i32.store offset=304
                          local.get 1
                          local.get 21
                          i32.store offset=312
                          local.get 1
                          i32.const 16
                          i32.store offset=420
                          local.get 1
                          i32.const 1049644
                          i32.store offset=416
                          local.get 1
                          local.get 1
                          i64.load offset=304 align=4
                          i64.store offset=424 align=4
                          local.get 1
                          local.get 21
                          i32.store offset=432
                          local.get 1
                          i32.const 292
                          i32.add
                          local.get 1
                          i32.const 416
                          i32.add
                          call 42
                          br 9 (;@1;)
                        end
                        local.get 22
                        i32.const 8
                        i32.add
                        i32.load
                        local.tee 21
                        i64.extend_i32_u
                        i64.const 32
                        i64.shl
                        local.get 22
                        i32.const 4
                        i32.add
                        i64.load32_u
                        i64.or
                        local.set 31
                      end
                      block ;; label = @9
                        local.get 2
                        local.get 1
                        i32.load offset=156
                        i32.ne
                        br_if 0 (;@9;)
                        local.get 1
                        i32.const 156
                        i32.add
                        call 56
                        local.get 1
                        i32.load offset=160
                        local.set 26
                      end
                      local.get 26
                      local.get 23
                      i32.add
                      local.tee 22
                      local.get 21
                      i32.store
                      local.get 22
                      i32.const 4
                      i32.add
                      local.get 31
                      i64.store align=4
                      local.get 2
                      i32.const 1
                      i32.add
                      local.set 2
                      local.get 23
                      i32.const 12
                      i32.add
                      local.set 23
                      br 0 (;@8;)
                    end
                  end
                  block ;; label = @7
                    block ;; label = @8
                      local.get 29
                      i32.const 255
                      i32.and
                      br_if 0 (;@8;)
                      i32.const -2147483648
                      local.set 23
                      br 1 (;@7;)
                    end
                    local.get 21
                    i32.load offset=16
                    local.tee 23
                    i64.extend_i32_u
                    i64.const 32
                    i64.shl
                    local.get 21
                    i64.load32_u offset=12
                    i64.or
                    local.set 31
                  end
                  local.get 1
                  local.get 1
                  i32.load offset=424
                  i32.store offset=136
                  local.get 1
                  local.get 1
                  i64.load offset=416 align=4
                  i64.store offset=128
                  block ;; label = @7
                    local.get 26
                    local.get 1
                    i32.load offset=116
                    i32.ne
                    br_if 0 (;@7;)
                    local.get 1
                    i32.const 116
                    i32.add
                    call 57
                    local.get 1
                    i32.load offset=120
                    local.set 25
                  end
                  local.get 25
                  local.get 26
                  i32.const 48
                  i32.mul
                  i32.add
                  local.tee 2
                  local.get 27
                  i32.store offset=20
                  local.get 2
                  local.get 28
                  i32.store offset=16
                  local.get 2
                  local.get 27
                  i32.store offset=12
                  local.get 2
                  local.get 24
                  i32.store offset=8
                  local.get 2
                  local.get 30
                  i32.store offset=4
                  local.get 2
                  local.get 24
                  i32.store
                  local.get 2
                  local.get 1
                  i64.load offset=128
                  i64.store offset=24 align=4
                  local.get 2
                  local.get 1
                  i32.load offset=136
                  i32.store offset=32
                  local.get 2
                  local.get 31
                  i64.store offset=40 align=4
                  local.get 2
                  local.get 23
                  i32.store offset=36
                  local.get 26
                  i32.const 1
                  i32.add
                  local.set 26
                  br 0 (;@6;)
                end
              end
              local.get 2
              i32.const 36
              i32.add
              i32.load
              local.tee 24
              i64.extend_i32_u
              i64.const 32
              i64.shl
              local.get 2
              i32.const 32
              i32.add
              i64.load32_u
              i64.or
              local.set 32
            end
            local.get 2
            i32.const 24
            i32.add
            i32.load
            local.set 26
            local.get 2
            i32.const 20
            i32.add
            i32.load
            local.set 28
            local.get 2
            i32.const 16
            i32.add
            i32.load
            local.set 29
            local.get 2
            i32.const 8
            i32.add
            i64.load
            local.set 31
            local.get 2
            i32.const 4
            i32.add
            i32.load
            local.set 27
            local.get 2
            i32.load
            local.set 30
            local.get 23
            i32.const 255
            i32.and
            i32.const 0
            i32.ne
            local.set 25
            block ;; label = @4
              local.get 22
              local.get 1
              i32.load offset=104
              i32.ne
              br_if 0 (;@4;)
              local.get 1
              i32.const 104
              i32.add
              call 58
              local.get 1
              i32.load offset=108
              local.set 20
            end
            local.get 20
            local.get 21
            i32.add
            local.tee 23
            local.get 31
            i64.store
            local.get 23
            i32.const 48
            i32.add
            local.get 25
            i32.store8
            local.get 23
            i32.const 44
            i32.add
            local.get 29
            i32.store
            local.get 23
            i32.const 36
            i32.add
            local.get 32
            i64.store align=4
            local.get 23
            i32.const 32
            i32.add
            local.get 24
            i32.store
            local.get 23
            i32.const 28
            i32.add
            local.get 26
            i32.store
            local.get 23
            i32.const 24
            i32.add
            local.get 28
            i32.store
            local.get 23
            i32.const 20
            i32.add
            local.get 26
            i32.store
            local.get 23
            i32.const 16
            i32.add
            local.get 27
            i32.store
            local.get 23
            i32.const 12
            i32.add
            local.get 30
            i32.store
            local.get 23
            i32.const 8
            i32.add
            local.get 27
            i32.store
            local.get 22
            i32.const 1
            i32.add
            local.set 22
            local.get 21
            i32.const 56
            i32.add
            local.set 21
            local.get 2
            i32.const 48
            i32.add
            local.set 2
            br 0 (;@3;)
          end
        end
        local.get 1
        i32.const 304
        i32.add
        i32.const 1049720
        i32.const 2
        call 41
        local.get 1
        i32.const 16
        i32.store offset=420
        local.get 1
        i32.const 1049644
        i32.store offset=416
        local.get 1
        local.get 1
        i64.load offset=304 align=4
        i64.store offset=424 align=4
        local.get 1
        local.get 1
        i32.load offset=312
        i32.store offset=432
        local.get 1
        i32.const 292
        i32.add
        local.get 1
        i32.const 416
        i32.add
        call 42
        local.get 24
        i32.const -2147483648
        i32.eq
        br_if 0 (;@1;)
        local.get 1
        i32.const 292
        i32.add
        i32.const 1049660
        i32.const 13
        local.get 2
        local.get 28
        i32.const 1049517
        i32.const 1
        call 36
        call 45
      end
      local.get 1
      i32.const 416
      i32.add
      local.get 1
      i32.const 100
      i32.add
      i32.const 1049532
      i32.const 7
      call 50
      block ;; label = @1
        block ;; label = @2
          local.get 1
          i32.load offset=416
          i32.const -2147483648
          i32.eq
          br_if 0 (;@2;)
          local.get 1
          local.get 1
          i32.load offset=424
          i32.store offset=544
          local.get 1
          local.get 1
          i64.load offset=416
          i64.store offset=536
          i32.const 5
          local.set 2
          br 1 (;@1;)
        end
        local.get 1
        i32.load8_u offset=424
        local.set 2
        local.get 1
        i64.load offset=440
        local.set 31
        local.get 1
        i32.load offset=428
        local.set 23
        local.get 1
        i32.const 536
        i32.add
        i32.const 1049720
        i32.const 2
        call 41
        local.get 23
        i32.const 420
        i32.eq
        local.set 23
        local.get 31
        i64.const 4
        i64.eq
        local.set 22
      end
      local.get 1
      i32.const 11
      i32.store offset=308
      local.get 1
      i32.const 1049673
      i32.store offset=304
      local.get 1
      local.get 1
      i64.load offset=536
      i64.store offset=312 align=4
      local.get 1
      local.get 1
      i32.load offset=544
      i32.store offset=320
      local.get 1
      i32.const 292
      i32.add
      local.get 1
      i32.const 304
      i32.add
      call 42
      block ;; label = @1
        local.get 2
        i32.const 254
        i32.and
        i32.const 4
        i32.eq
        br_if 0 (;@1;)
        local.get 1
        i32.const 292
        i32.add
        i32.const 1049684
        i32.const 14
        local.get 2
        i32.const 255
        i32.and
        i32.eqz
        local.get 22
        i32.and
        local.get 23
        i32.and
        call 45
      end
      i32.const 4
      i32.const 12
      call 34
      local.set 22
      local.get 1
      i32.const 416
      i32.add
      i32.const 1049698
      i32.const 9
      call 41
      local.get 22
      local.get 1
      i32.load offset=424
      i32.store offset=8
      local.get 22
      local.get 1
      i64.load offset=416 align=4
      i64.store align=4
      i32.const 4
      i32.const 24
      call 34
      local.set 24
      local.get 1
      i32.const 416
      i32.add
      i32.const 1049707
      i32.const 3
      call 41
      local.get 1
      i32.const 416
      i32.add
      i32.const 12
      i32.add
      i32.const 1049218
      i32.const 5
      call 41
      local.get 24
      local.get 1
      i64.load offset=432 align=4
      i64.store offset=16 align=4
      local.get 24
      local.get 1
      v128.load offset=416 align=4
      v128.store align=4
      local.get 1
      i32.const 416
      i32.add
      i32.const 8
      call 54
      local.get 1
      i32.load offset=428
      local.set 0
      local.get 1
      i32.load offset=424
      local.set 29
      local.get 1
      i32.load offset=420
      local.set 25
      i32.const 0
      local.set 2
      local.get 1
      i32.load offset=416
      local.tee 20
      local.set 23
      block ;; label = @1
        loop ;; label = @2
          local.get 2
          i32.const 12
          i32.eq
          br_if 1 (;@1;)
          local.get 23
          local.get 22
          local.get 2
          i32.add
          i32.const 4
          i32.add
          i64.load align=4
          i64.store align=4
          local.get 23
          i32.const 8
          i32.add
          local.set 23
          local.get 2
          i32.const 12
          i32.add
          local.set 2
          br 0 (;@2;)
        end
      end
      local.get 1
      i32.const 416
      i32.add
      i32.const 16
      call 54
      local.get 1
      i32.load offset=428
      local.set 14
      local.get 1
      i32.load offset=424
      local.set 30
      local.get 1
      i32.load offset=420
      local.set 19
      local.get 1
      i32.load offset=416
      local.set 28
      i32.const 0
      local.set 23
      i32.const 0
      local.set 2
      block ;; label = @1
        loop ;; label = @2
          local.get 2
          i32.const 24
          i32.eq
          br_if 1 (;@1;)
          local.get 28
          local.get 23
          i32.add
          local.tee 22
          local.get 24
          local.get 2
          i32.add
          local.tee 21
          i32.const 4
          i32.add
          i64.load align=4
          i64.store align=4
          local.get 22
          i32.const 8
          i32.add
          local.get 21
          i32.const 16
          i32.add
          i64.load align=4
          i64.store align=4
          local.get 23
          i32.const 16
          i32.add
          local.set 23
          local.get 2
          i32.const 24
          i32.add
          local.set 2
          br 0 (;@2;)
        end
      end
      local.get 1
      i32.load offset=100
      local.get 20
      i32.const 1
      local.get 28
      i32.const 1
      i32.const 1
      i32.const 0
      i32.const 1
      i32.const 1000
      local.get 1
      i32.const 416
      i32.add
      call 15
      local.get 1
      i32.load offset=428
      local.set 24
      local.get 1
      i32.load offset=424
      local.set 21
      block ;; label = @1
        block ;; label = @2
          local.get 1
          i32.load8_u offset=416
          br_if 0 (;@2;)
          i32.const -2147483648
          local.set 2
          local.get 24
          local.set 23
          br 1 (;@1;)
        end
        local.get 1
        i32.load offset=440
        local.set 2
        local.get 1
        i32.const 536
        i32.add
        local.get 1
        i32.load offset=444
        local.tee 23
        call 48
        block ;; label = @2
          loop ;; label = @3
            local.get 23
            i32.eqz
            br_if 1 (;@2;)
            local.get 1
            local.get 2
            i32.load
            i32.store offset=308
            local.get 1
            local.get 2
            i32.const 4
            i32.add
            i32.load
            local.tee 22
            i32.store offset=312
            local.get 1
            local.get 22
            i32.store offset=304
            local.get 23
            i32.const -1
            i32.add
            local.set 23
            local.get 2
            i32.const 8
            i32.add
            local.set 2
            local.get 1
            i32.const 536
            i32.add
            local.get 1
            i32.const 304
            i32.add
            call 49
            br 0 (;@3;)
          end
        end
        local.get 24
        local.set 2
        local.get 21
        local.set 23
        local.get 24
        local.set 21
      end
      block ;; label = @1
        local.get 19
        i32.eqz
        br_if 0 (;@1;)
        local.get 30
        i32.eqz
        br_if 0 (;@1;)
        local.get 30
        i32.eqz
        br_if 0 (;@1;)
        local.get 14
        i32.const 255
        local.get 30
        memory.fill
      end
      block ;; label = @1
        local.get 25
        i32.eqz
        br_if 0 (;@1;)
        local.get 29
        i32.eqz
        br_if 0 (;@1;)
        local.get 29
        i32.eqz
        br_if 0 (;@1;)
        local.get 0
        i32.const 255
        local.get 29
        memory.fill
      end
      block ;; label = @1
        block ;; label = @2
          local.get 2
          i32.const -2147483648
          i32.eq
          br_if 0 (;@2;)
          local.get 1
          local.get 21
          i32.store offset=312
          local.get 1
          local.get 23
          i32.store offset=308
          local.get 1
          local.get 2
          i32.store offset=304
          br 1 (;@1;)
        end
        local.get 1
        i32.const 304
        i32.add
        i32.const 1049720
        i32.const 2
        call 41
      end
      local.get 1
      i32.const 10
      i32.store offset=420
      local.get 1
      i32.const 1049710
      i32.store offset=416
      local.get 1
      local.get 1
      i64.load offset=304 align=4
      i64.store offset=424 align=4
      local.get 1
      local.get 1
      i32.load offset=312
      i32.store offset=432
      local.get 1
      i32.const 292
      i32.add
      local.get 1
      i32.const 416
      i32.add
      call 42
      local.get 1
      i32.load offset=100
      i32.const 1049204
      i32.const 5
      local.get 1
      i32.const 416
      i32.add
      call 16
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            local.get 1
            i32.load8_u offset=416
            br_if 0 (;@3;)
            local.get 1
            i32.load offset=420
            local.set 28
            br 1 (;@2;)
          end
          local.get 1
          i32.load offset=440
          local.set 2
          local.get 1
          i32.load offset=428
          local.set 21
          local.get 1
          i32.load offset=424
          local.set 28
          local.get 1
          i32.const 536
          i32.add
          local.get 1
          i32.load offset=444
          local.tee 23
          call 48
          block ;; label = @3
            loop ;; label = @4
              local.get 23
              i32.eqz
              br_if 1 (;@3;)
              local.get 1
              local.get 2
              i32.load
              i32.store offset=308
              local.get 1
              local.get 2
              i32.const 4
              i32.add
              i32.load
              local.tee 22
              i32.store offset=312
              local.get 1
              local.get 22
              i32.store offset=304
              local.get 23
              i32.const -1
              i32.add
              local.set 23
              local.get 2
              i32.const 8
              i32.add
              local.set 2
              local.get 1
              i32.const 536
              i32.add
              local.get 1
              i32.const 304
              i32.add
              call 49
              br 0 (;@4;)
            end
          end
          local.get 21
          i32.const -2147483648
          i32.eq
          br_if 0 (;@2;)
          local.get 1
          local.get 21
          i32.store offset=312
          local.get 1
          local.get 28
          i32.store offset=308
          local.get 1
          local.get 21
          i32.store offset=304
          i32.const 0
          local.set 2
          br 1 (;@1;)
        end
        local.get 1
        i32.const 304
        i32.add
        i32.const 1049720
        i32.const 2
        call 41
        i32.const 1
        local.set 2
      end
      local.get 1
      i32.const 13
      i32.store offset=420
      local.get 1
      i32.const 1049263
      i32.store offset=416
      local.get 1
      local.get 1
      i64.load offset=304 align=4
      i64.store offset=424 align=4
      local.get 1
      local.get 1
      i32.load offset=312
      i32.store offset=432
      local.get 1
      i32.const 292
      i32.add
      local.get 1
      i32.const 416
      i32.add
      call 42
      block ;; label = @1
        local.get 2
        i32.eqz
        br_if 0 (;@1;)
        local.get 28
        i32.const 1049276
        i32.const 3
        local.get 1
        i32.const 304
        i32.add
        call 17
        block ;; label = @2
          block ;; label = @3
            local.get 1
            i32.load8_u offset=304
            br_if 0 (;@3;)
            local.get 1
            i32.const -2147483648
            i32.store offset=416
            br 1 (;@2;)
          end
          local.get 1
          i32.load offset=328
          local.set 2
          local.get 1
          i32.load offset=324
          local.set 21
          local.get 1
          i32.load offset=320
          local.set 29
          local.get 1
          i32.load offset=316
          local.set 24
          local.get 1
          i32.load offset=312
          local.set 30
          local.get 1
          i32.load8_u offset=308
          local.set 25
          local.get 1
          i32.const 596
          i32.add
          local.get 1
          i32.load offset=332
          local.tee 23
          call 48
          block ;; label = @3
            loop ;; label = @4
              local.get 23
              i32.eqz
              br_if 1 (;@3;)
              local.get 1
              local.get 2
              i32.load
              i32.store offset=540
              local.get 1
              local.get 2
              i32.const 4
              i32.add
              i32.load
              local.tee 22
              i32.store offset=544
              local.get 1
              local.get 22
              i32.store offset=536
              local.get 23
              i32.const -1
              i32.add
              local.set 23
              local.get 2
              i32.const 8
              i32.add
              local.set 2
              local.get 1
              i32.const 596
              i32.add
              local.get 1
              i32.const 536
              i32.add
              call 49
              br 0 (;@4;)
            end
          end
          local.get 1
          local.get 21
          i32.store offset=436
          local.get 1
          local.get 29
          i32.store offset=432
          local.get 1
          local.get 21
          i32.store offset=428
          local.get 1
          local.get 24
          i32.store offset=424
          local.get 1
          local.get 30
          i32.store offset=420
          local.get 1
          local.get 24
          i32.store offset=416
          local.get 1
          local.get 1
          i64.load offset=596 align=4
          i64.store offset=440 align=4
          local.get 1
          local.get 1
          i32.load offset=604
          i32.store offset=448
          local.get 1
          local.get 25
          i32.store8 offset=452
        end
        local.get 1
        i32.const 292
        i32.add
        i32.const 1049279
        i32.const 19
        local.get 1
        i32.const 416
        i32.add
        call 40
        local.get 1
        i32.const 304
        i32.add
        i32.const 4
        i32.or
        i32.const 1049727
        i32.const 1
        call 41
        local.get 1
        i32.const 324
        i32.add
        i32.const 1049728
        i32.const 3
        call 41
        i32.const 4
        i32.const 24
        call 34
        local.set 2
        local.get 1
        i32.const 536
        i32.add
        i32.const 1049727
        i32.const 1
        call 41
        local.get 1
        i32.const 416
        i32.add
        i32.const 1049517
        i32.const 1
        call 41
        local.get 2
        local.get 1
        i32.load offset=544
        i32.store offset=8
        local.get 2
        local.get 1
        i64.load offset=536 align=4
        i64.store align=4
        local.get 2
        local.get 1
        i64.load offset=416 align=4
        i64.store offset=12 align=4
        local.get 2
        local.get 1
        i32.load offset=424
        i32.store offset=20
        i32.const 1
        i32.const 1
        call 34
        local.tee 23
        i32.const 3
        i32.store8
        i32.const 1
        i32.const 1
        call 34
        local.tee 22
        i32.const 4
        i32.store8
        local.get 1
        i64.const 34359738369
        i64.store offset=408
        local.get 1
        local.get 22
        i32.store offset=404
        local.get 1
        i64.const 4294967297
        i64.store offset=396 align=4
        local.get 1
        local.get 23
        i32.store offset=392
        local.get 1
        i64.const 6442450949
        i64.store offset=384
        local.get 1
        i64.const 2
        i64.store offset=376
        local.get 1
        i32.const -2147483644
        i32.store offset=368
        local.get 1
        i32.const 1
        i32.store offset=356
        local.get 1
        i64.const -9223372023969873918
        i64.store offset=348 align=4
        local.get 1
        local.get 2
        i32.store offset=344
        local.get 1
        i64.const 10737418242
        i64.store offset=336
        local.get 1
        i32.const -2147483647
        i32.store offset=320
        local.get 1
        i32.const -2147483648
        i32.store offset=304
        local.get 1
        i32.const 416
        i32.add
        i32.const 8
        i32.add
        local.tee 4
        local.get 1
        i32.const 304
        i32.add
        i32.const 112
        memory.copy
        local.get 1
        i32.const 7
        i32.store offset=420
        local.get 1
        i32.const 304
        i32.add
        i32.const 8
        i32.add
        local.set 25
        local.get 1
        i32.const 304
        i32.add
        i32.const 24
        i32.add
        local.set 0
        i32.const 0
        local.set 2
        loop ;; label = @2
          block ;; label = @3
            block ;; label = @4
              local.get 2
              i32.const 7
              i32.eq
              br_if 0 (;@4;)
              local.get 1
              local.get 2
              i32.const 1
              i32.add
              local.tee 29
              i32.store offset=416
              local.get 4
              local.get 2
              i32.const 4
              i32.shl
              i32.add
              local.tee 23
              i32.load
              local.tee 24
              i32.const -2147483642
              i32.eq
              br_if 0 (;@4;)
              local.get 23
              i32.load offset=12
              local.set 20
              local.get 23
              i32.load offset=8
              local.set 2
              local.get 23
              i32.load offset=4
              local.set 14
              local.get 23
              i64.load offset=8
              local.set 31
              i32.const 0
              local.set 23
              local.get 1
              i32.const 0
              i32.store offset=580
              local.get 1
              i64.const 17179869184
              i64.store offset=572 align=4
              i32.const 4
              local.set 30
              i32.const 0
              local.set 22
              i32.const 0
              local.set 21
              block ;; label = @5
                block ;; label = @6
                  block ;; label = @7
                    block ;; label = @8
                      block ;; label = @9
                        block ;; label = @10
                          local.get 24
                          i32.const -2147483648
                          i32.xor
                          i32.const 6
                          local.get 24
                          i32.const 0
                          i32.lt_s
                          select
                          local.tee 19
                          br_table 2 (;@8;) 2 (;@8;) 0 (;@10;) 1 (;@9;) 7 (;@3;) 2 (;@8;) 3 (;@7;) 2 (;@8;)
                        end
                        local.get 1
                        i32.const 536
                        i32.add
                        local.get 20
                        i32.const 3
                        i32.shl
                        call 54
                        local.get 1
                        i64.load offset=544 align=4
                        local.set 31
                        local.get 1
                        i32.load offset=536
                        local.set 14
                        block ;; label = @10
                          block ;; label = @11
                            local.get 1
                            i32.load offset=540
                            local.tee 21
                            br_if 0 (;@11;)
                            i32.const 0
                            local.set 23
                            i32.const 4
                            local.set 30
                            br 1 (;@10;)
                          end
                          local.get 1
                          i32.const 572
                          i32.add
                          i32.const 0
                          i32.const 1
                          i32.const 4
                          i32.const 12
                          call 59
                          local.get 1
                          i32.load offset=576
                          local.set 30
                          local.get 1
                          i32.load offset=580
                          local.set 23
                        end
                        local.get 30
                        local.get 23
                        i32.const 12
                        i32.mul
                        i32.add
                        local.set 22
                        loop ;; label = @10
                          local.get 21
                          i32.eqz
                          br_if 4 (;@6;)
                          local.get 22
                          local.get 21
                          i32.store
                          local.get 22
                          i32.const 4
                          i32.add
                          local.get 31
                          i64.store align=4
                          local.get 22
                          i32.const 12
                          i32.add
                          local.set 22
                          local.get 23
                          i32.const 1
                          i32.add
                          local.set 23
                          i32.const 0
                          local.set 21
                          br 0 (;@10;)
                        end
                      end
                      local.get 14
                      i64.extend_i32_s
                      local.set 31
                      i32.const 0
                      local.set 23
                      i32.const 0
                      local.set 22
                      i32.const 0
                      local.set 21
                      br 5 (;@3;)
                    end
                    local.get 2
                    i64.extend_i32_u
                    local.set 31
                    i32.const 0
                    local.set 23
                    br 2 (;@5;)
                  end
                  local.get 20
                  i64.extend_i32_s
                  local.set 31
                  i32.const 0
                  local.set 23
                  local.get 2
                  local.set 22
                  local.get 14
                  local.set 21
                  br 3 (;@3;)
                end
                local.get 1
                local.get 23
                i32.store offset=580
                local.get 20
                i32.const 12
                i32.mul
                local.set 22
                local.get 14
                local.set 21
                block ;; label = @6
                  loop ;; label = @7
                    local.get 22
                    i32.eqz
                    br_if 1 (;@6;)
                    local.get 21
                    local.get 2
                    i64.load offset=4 align=4
                    i64.store align=4
                    local.get 21
                    i32.const 8
                    i32.add
                    local.set 21
                    local.get 22
                    i32.const -12
                    i32.add
                    local.set 22
                    local.get 2
                    i32.const 12
                    i32.add
                    local.set 2
                    br 0 (;@7;)
                  end
                end
                local.get 14
                i64.extend_i32_u
                local.set 31
              end
              i32.const 0
              local.set 22
              local.get 20
              local.set 21
              br 1 (;@3;)
            end
            local.get 28
            i32.const 1049298
            i32.const 1
            local.get 1
            i32.const 304
            i32.add
            call 18
            local.get 1
            i32.load8_u offset=308
            local.set 21
            block ;; label = @4
              block ;; label = @5
                block ;; label = @6
                  local.get 1
                  i32.load8_u offset=304
                  br_if 0 (;@6;)
                  block ;; label = @7
                    local.get 21
                    i32.const 255
                    i32.and
                    br_if 0 (;@7;)
                    i32.const -2147483648
                    local.set 2
                    br 2 (;@5;)
                  end
                  local.get 1
                  i32.load offset=312
                  local.set 2
                  local.get 1
                  i32.const 416
                  i32.add
                  local.get 1
                  i32.load offset=316
                  local.tee 23
                  call 48
                  block ;; label = @7
                    loop ;; label = @8
                      local.get 23
                      i32.eqz
                      br_if 1 (;@7;)
                      local.get 1
                      local.get 2
                      i32.load
                      i32.store offset=540
                      local.get 1
                      local.get 2
                      i32.const 4
                      i32.add
                      i32.load
                      local.tee 22
                      i32.store offset=544
                      local.get 1
                      local.get 22
                      i32.store offset=536
                      local.get 23
                      i32.const -1
                      i32.add
                      local.set 23
                      local.get 2
                      i32.const 8
                      i32.add
                      local.set 2
                      local.get 1
                      i32.const 416
                      i32.add
                      local.get 1
                      i32.const 536
                      i32.add
                      call 49
                      br 0 (;@8;)
                    end
                  end
                  local.get 1
                  i64.load offset=420 align=4
                  local.set 31
                  local.get 1
                  i32.load offset=416
                  local.set 2
                  br 1 (;@5;)
                end
                local.get 1
                i32.load offset=328
                local.set 2
                local.get 1
                i32.load offset=324
                local.set 24
                local.get 1
                i32.load offset=320
                local.set 30
                local.get 1
                i32.load offset=316
                local.set 29
                local.get 1
                i32.load offset=312
                local.set 25
                local.get 1
                i32.const 596
                i32.add
                local.get 1
                i32.load offset=332
                local.tee 23
                call 48
                block ;; label = @6
                  loop ;; label = @7
                    local.get 23
                    i32.eqz
                    br_if 1 (;@6;)
                    local.get 1
                    local.get 2
                    i32.load
                    i32.store offset=540
                    local.get 1
                    local.get 2
                    i32.const 4
                    i32.add
                    i32.load
                    local.tee 22
                    i32.store offset=544
                    local.get 1
                    local.get 22
                    i32.store offset=536
                    local.get 23
                    i32.const -1
                    i32.add
                    local.set 23
                    local.get 2
                    i32.const 8
                    i32.add
                    local.set 2
                    local.get 1
                    i32.const 596
                    i32.add
                    local.get 1
                    i32.const 536
                    i32.add
                    call 49
                    br 0 (;@7;)
                  end
                end
                local.get 1
                local.get 24
                i32.store offset=436
                local.get 1
                local.get 30
                i32.store offset=432
                local.get 1
                local.get 24
                i32.store offset=428
                local.get 1
                local.get 29
                i32.store offset=424
                local.get 1
                local.get 25
                i32.store offset=420
                local.get 1
                local.get 29
                i32.store offset=416
                local.get 1
                local.get 1
                i64.load offset=596 align=4
                i64.store offset=440 align=4
                local.get 1
                local.get 1
                i32.load offset=604
                i32.store offset=448
                local.get 1
                local.get 21
                i32.store8 offset=452
                br 1 (;@4;)
              end
              local.get 1
              local.get 31
              i64.store offset=424 align=4
              local.get 1
              local.get 2
              i32.store offset=420
              local.get 1
              i32.const -2147483648
              i32.store offset=416
            end
            local.get 1
            i32.const 304
            i32.add
            local.get 1
            i32.const 292
            i32.add
            i32.const 1049299
            i32.const 13
            local.get 1
            i32.const 416
            i32.add
            call 44
            i32.const 0
            local.set 2
            block ;; label = @4
              block ;; label = @5
                block ;; label = @6
                  local.get 1
                  i32.load offset=304
                  i32.const -2147483648
                  i32.add
                  br_table 1 (;@5;) 2 (;@4;) 0 (;@6;)
                end
                local.get 1
                i32.load offset=308
                local.get 1
                i32.load offset=312
                i32.const 1049448
                call 60
                local.set 2
              end
              local.get 1
              i32.const 292
              i32.add
              i32.const 1049312
              i32.const 12
              local.get 2
              call 45
            end
            local.get 28
            i32.const 1049298
            i32.const 1
            local.get 1
            i32.const 304
            i32.add
            call 19
            local.get 1
            i32.load8_u offset=308
            local.set 21
            block ;; label = @4
              block ;; label = @5
                block ;; label = @6
                  local.get 1
                  i32.load8_u offset=304
                  br_if 0 (;@6;)
                  block ;; label = @7
                    local.get 21
                    i32.const 255
                    i32.and
                    br_if 0 (;@7;)
                    i32.const -2147483648
                    local.set 2
                    br 2 (;@5;)
                  end
                  local.get 1
                  i32.load offset=312
                  local.set 2
                  local.get 1
                  i32.const 416
                  i32.add
                  local.get 1
                  i32.load offset=316
                  local.tee 23
                  call 48
                  block ;; label = @7
                    loop ;; label = @8
                      local.get 23
                      i32.eqz
                      br_if 1 (;@7;)
                      local.get 1
                      local.get 2
                      i32.load
                      i32.store offset=540
                      local.get 1
                      local.get 2
                      i32.const 4
                      i32.add
                      i32.load
                      local.tee 22
                      i32.store offset=544
                      local.get 1
                      local.get 22
                      i32.store offset=536
                      local.get 23
                      i32.const -1
                      i32.add
                      local.set 23
                      local.get 2
                      i32.const 8
                      i32.add
                      local.set 2
                      local.get 1
                      i32.const 416
                      i32.add
                      local.get 1
                      i32.const 536
                      i32.add
                      call 49
                      br 0 (;@8;)
                    end
                  end
                  local.get 1
                  i64.load offset=420 align=4
                  local.set 31
                  local.get 1
                  i32.load offset=416
                  local.set 2
                  br 1 (;@5;)
                end
                local.get 1
                i32.load offset=328
                local.set 2
                local.get 1
                i32.load offset=324
                local.set 24
                local.get 1
                i32.load offset=320
                local.set 30
                local.get 1
                i32.load offset=316
                local.set 29
                local.get 1
                i32.load offset=312
                local.set 25
                local.get 1
                i32.const 596
                i32.add
                local.get 1
                i32.load offset=332
                local.tee 23
                call 48
                block ;; label = @6
                  loop ;; label = @7
                    local.get 23
                    i32.eqz
                    br_if 1 (;@6;)
                    local.get 1
                    local.get 2
                    i32.load
                    i32.store offset=540
                    local.get 1
                    local.get 2
                    i32.const 4
                    i32.add
                    i32.load
                    local.tee 22
                    i32.store offset=544
                    local.get 1
                    local.get 22
                    i32.store offset=536
                    local.get 23
                    i32.const -1
                    i32.add
                    local.set 23
                    local.get 2
                    i32.const 8
                    i32.add
                    local.set 2
                    local.get 1
                    i32.const 596
                    i32.add
                    local.get 1
                    i32.const 536
                    i32.add
                    call 49
                    br 0 (;@7;)
                  end
                end
                local.get 1
                local.get 24
                i32.store offset=436
                local.get 1
                local.get 30
                i32.store offset=432
                local.get 1
                local.get 24
                i32.store offset=428
                local.get 1
                local.get 29
                i32.store offset=424
                local.get 1
                local.get 25
                i32.store offset=420
                local.get 1
                local.get 29
                i32.store offset=416
                local.get 1
                local.get 1
                i64.load offset=596 align=4
                i64.store offset=440 align=4
                local.get 1
                local.get 1
                i32.load offset=604
                i32.store offset=448
                local.get 1
                local.get 21
                i32.store8 offset=452
                br 1 (;@4;)
              end
              local.get 1
              local.get 31
              i64.store offset=424 align=4
              local.get 1
              local.get 2
              i32.store offset=420
              local.get 1
              i32.const -2147483648
              i32.store offset=416
            end
            local.get 1
            i32.const 304
            i32.add
            local.get 1
            i32.const 292
            i32.add
            i32.const 1049324
            i32.const 15
            local.get 1
            i32.const 416
            i32.add
            call 44
            i32.const 0
            local.set 2
            block ;; label = @4
              block ;; label = @5
                block ;; label = @6
                  local.get 1
                  i32.load offset=304
                  i32.const -2147483648
                  i32.add
                  br_table 1 (;@5;) 2 (;@4;) 0 (;@6;)
                end
                local.get 1
                i32.load offset=308
                local.get 1
                i32.load offset=312
                i32.const 1049456
                call 60
                local.set 2
              end
              local.get 1
              i32.const 292
              i32.add
              i32.const 1049339
              i32.const 13
              local.get 2
              call 45
            end
            local.get 28
            i32.const 1049298
            i32.const 1
            i32.const 1049352
            i32.const 1
            local.get 1
            i32.const 304
            i32.add
            call 20
            block ;; label = @4
              block ;; label = @5
                local.get 1
                i32.load8_u offset=304
                br_if 0 (;@5;)
                local.get 1
                i32.const -2147483648
                i32.store offset=416
                br 1 (;@4;)
              end
              local.get 1
              i32.load offset=328
              local.set 2
              local.get 1
              i32.load offset=324
              local.set 21
              local.get 1
              i32.load offset=320
              local.set 29
              local.get 1
              i32.load offset=316
              local.set 24
              local.get 1
              i32.load offset=312
              local.set 30
              local.get 1
              i32.load8_u offset=308
              local.set 25
              local.get 1
              i32.const 596
              i32.add
              local.get 1
              i32.load offset=332
              local.tee 23
              call 48
              block ;; label = @5
                loop ;; label = @6
                  local.get 23
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 1
                  local.get 2
                  i32.load
                  i32.store offset=540
                  local.get 1
                  local.get 2
                  i32.const 4
                  i32.add
                  i32.load
                  local.tee 22
                  i32.store offset=544
                  local.get 1
                  local.get 22
                  i32.store offset=536
                  local.get 23
                  i32.const -1
                  i32.add
                  local.set 23
                  local.get 2
                  i32.const 8
                  i32.add
                  local.set 2
                  local.get 1
                  i32.const 596
                  i32.add
                  local.get 1
                  i32.const 536
                  i32.add
                  call 49
                  br 0 (;@6;)
                end
              end
              local.get 1
              local.get 21
              i32.store offset=436
              local.get 1
              local.get 29
              i32.store offset=432
              local.get 1
              local.get 21
              i32.store offset=428
              local.get 1
              local.get 24
              i32.store offset=424
              local.get 1
              local.get 30
              i32.store offset=420
              local.get 1
              local.get 24
              i32.store offset=416
              local.get 1
              local.get 1
              i64.load offset=596 align=4
              i64.store offset=440 align=4
              local.get 1
              local.get 1
              i32.load offset=604
              i32.store offset=448
              local.get 1
              local.get 25
              i32.store8 offset=452
            end
            local.get 1
            i32.const 292
            i32.add
            i32.const 1049353
            i32.const 21
            local.get 1
            i32.const 416
            i32.add
            call 40
            local.get 28
            i32.const 1049276
            i32.const 3
            local.get 1
            i32.const 304
            i32.add
            call 21
            block ;; label = @4
              block ;; label = @5
                local.get 1
                i32.load8_u offset=304
                br_if 0 (;@5;)
                local.get 1
                i32.const -2147483648
                i32.store offset=416
                br 1 (;@4;)
              end
              local.get 1
              i32.load offset=328
              local.set 2
              local.get 1
              i32.load offset=324
              local.set 21
              local.get 1
              i32.load offset=320
              local.set 29
              local.get 1
              i32.load offset=316
              local.set 24
              local.get 1
              i32.load offset=312
              local.set 30
              local.get 1
              i32.load8_u offset=308
              local.set 25
              local.get 1
              i32.const 596
              i32.add
              local.get 1
              i32.load offset=332
              local.tee 23
              call 48
              block ;; label = @5
                loop ;; label = @6
                  local.get 23
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 1
                  local.get 2
                  i32.load
                  i32.store offset=540
                  local.get 1
                  local.get 2
                  i32.const 4
                  i32.add
                  i32.load
                  local.tee 22
                  i32.store offset=544
                  local.get 1
                  local.get 22
                  i32.store offset=536
                  local.get 23
                  i32.const -1
                  i32.add
                  local.set 23
                  local.get 2
                  i32.const 8
                  i32.add
                  local.set 2
                  local.get 1
                  i32.const 596
                  i32.add
                  local.get 1
                  i32.const 536
                  i32.add
                  call 49
                  br 0 (;@6;)
                end
              end
              local.get 1
              local.get 21
              i32.store offset=436
              local.get 1
              local.get 29
              i32.store offset=432
              local.get 1
              local.get 21
              i32.store offset=428
              local.get 1
              local.get 24
              i32.store offset=424
              local.get 1
              local.get 30
              i32.store offset=420
              local.get 1
              local.get 24
              i32.store offset=416
              local.get 1
              local.get 1
              i64.load offset=596 align=4
              i64.store offset=440 align=4
              local.get 1
              local.get 1
              i32.load offset=604
              i32.store offset=448
              local.get 1
              local.get 25
              i32.store8 offset=452
            end
            local.get 1
            i32.const 292
            i32.add
            i32.const 1049374
            i32.const 19
            local.get 1
            i32.const 416
            i32.add
            call 40
            local.get 28
            local.get 1
            i32.const 304
            i32.add
            call 22
            block ;; label = @4
              block ;; label = @5
                local.get 1
                i32.load8_u offset=304
                br_if 0 (;@5;)
                local.get 1
                i32.const -2147483648
                i32.store offset=416
                br 1 (;@4;)
              end
              local.get 1
              i32.load offset=328
              local.set 2
              local.get 1
              i32.load offset=324
              local.set 21
              local.get 1
              i32.load offset=320
              local.set 29
              local.get 1
              i32.load offset=316
              local.set 24
              local.get 1
              i32.load offset=312
              local.set 30
              local.get 1
              i32.load8_u offset=308
              local.set 25
              local.get 1
              i32.const 596
              i32.add
              local.get 1
              i32.load offset=332
              local.tee 23
              call 48
              block ;; label = @5
                loop ;; label = @6
                  local.get 23
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 1
                  local.get 2
                  i32.load
                  i32.store offset=540
                  local.get 1
                  local.get 2
                  i32.const 4
                  i32.add
                  i32.load
                  local.tee 22
                  i32.store offset=544
                  local.get 1
                  local.get 22
                  i32.store offset=536
                  local.get 23
                  i32.const -1
                  i32.add
                  local.set 23
                  local.get 2
                  i32.const 8
                  i32.add
                  local.set 2
                  local.get 1
                  i32.const 596
                  i32.add
                  local.get 1
                  i32.const 536
                  i32.add
                  call 49
                  br 0 (;@6;)
                end
              end
              local.get 1
              local.get 21
              i32.store offset=436
              local.get 1
              local.get 29
              i32.store offset=432
              local.get 1
              local.get 21
              i32.store offset=428
              local.get 1
              local.get 24
              i32.store offset=424
              local.get 1
              local.get 30
              i32.store offset=420
              local.get 1
              local.get 24
              i32.store offset=416
              local.get 1
              local.get 1
              i64.load offset=596 align=4
              i64.store offset=440 align=4
              local.get 1
              local.get 1
              i32.load offset=604
              i32.store offset=448
              local.get 1
              local.get 25
              i32.store8 offset=452
            end
            local.get 1
            i32.const 292
            i32.add
            i32.const 1049393
            i32.const 15
            local.get 1
            i32.const 416
            i32.add
            call 40
            local.get 28
            i32.const -1
            i32.eq
            br_if 2 (;@1;)
            local.get 28
            call 23
            br 2 (;@1;)
          end
          local.get 28
          i32.const 1049298
          i32.const 1
          i32.const 1049352
          i32.const 1
          local.get 19
          local.get 31
          local.get 21
          local.get 22
          local.get 1
          i32.const 536
          i32.add
          call 24
          block ;; label = @3
            block ;; label = @4
              local.get 1
              i32.load8_u offset=536
              br_if 0 (;@4;)
              local.get 1
              i32.const -2147483648
              i32.store offset=304
              br 1 (;@3;)
            end
            local.get 1
            i32.load offset=560
            local.set 2
            local.get 1
            i32.load offset=556
            local.set 20
            local.get 1
            i32.load offset=552
            local.set 14
            local.get 1
            i32.load offset=548
            local.set 19
            local.get 1
            i32.load offset=544
            local.set 16
            local.get 1
            i32.load8_u offset=540
            local.set 3
            local.get 1
            i32.const 584
            i32.add
            local.get 1
            i32.load offset=564
            local.tee 22
            call 48
            block ;; label = @4
              loop ;; label = @5
                local.get 22
                i32.eqz
                br_if 1 (;@4;)
                local.get 1
                local.get 2
                i32.load
                i32.store offset=600
                local.get 1
                local.get 2
                i32.const 4
                i32.add
                i32.load
                local.tee 21
                i32.store offset=604
                local.get 1
                local.get 21
                i32.store offset=596
                local.get 22
                i32.const -1
                i32.add
                local.set 22
                local.get 2
                i32.const 8
                i32.add
                local.set 2
                local.get 1
                i32.const 584
                i32.add
                local.get 1
                i32.const 596
                i32.add
                call 49
                br 0 (;@5;)
              end
            end
            local.get 0
            local.get 1
            i64.load offset=584 align=4
            i64.store align=4
            local.get 0
            local.get 1
            i32.load offset=592
            i32.store offset=8
            local.get 1
            local.get 20
            i32.store offset=324
            local.get 1
            local.get 14
            i32.store offset=320
            local.get 1
            local.get 20
            i32.store offset=316
            local.get 1
            local.get 19
            i32.store offset=312
            local.get 1
            local.get 16
            i32.store offset=308
            local.get 1
            local.get 19
            i32.store offset=304
            local.get 1
            local.get 3
            i32.store8 offset=340
          end
          local.get 30
          i32.const 8
          i32.add
          local.set 2
          loop ;; label = @3
            block ;; label = @4
              block ;; label = @5
                local.get 23
                i32.eqz
                br_if 0 (;@5;)
                local.get 2
                i32.const -4
                i32.add
                i32.load
                local.tee 22
                i32.eqz
                br_if 1 (;@4;)
                local.get 22
                i32.eqz
                br_if 1 (;@4;)
                local.get 2
                i32.load
                i32.const 255
                local.get 22
                memory.fill
                br 1 (;@4;)
              end
              local.get 1
              i32.const 292
              i32.add
              i32.const 1049408
              i32.const 12
              local.get 1
              i32.const 304
              i32.add
              call 40
              local.get 28
              i32.const 1049298
              i32.const 1
              i32.const 1049352
              i32.const 1
              local.get 1
              i32.const 304
              i32.add
              call 25
              block ;; label = @5
                block ;; label = @6
                  block ;; label = @7
                    block ;; label = @8
                      local.get 1
                      i32.load8_u offset=304
                      br_if 0 (;@8;)
                      local.get 1
                      i32.load8_u offset=312
                      i32.const 255
                      i32.and
                      br_if 1 (;@7;)
                      i32.const -2147483642
                      local.set 23
                      br 2 (;@6;)
                    end
                    local.get 1
                    i32.load offset=332
                    local.set 2
                    local.get 1
                    i32.load offset=320
                    local.set 21
                    local.get 1
                    i32.load offset=316
                    local.set 30
                    local.get 1
                    i32.const 596
                    i32.add
                    local.get 1
                    i32.load offset=336
                    local.tee 23
                    call 48
                    block ;; label = @8
                      loop ;; label = @9
                        local.get 23
                        i32.eqz
                        br_if 1 (;@8;)
                        local.get 1
                        local.get 2
                        i32.load
                        i32.store offset=540
                        local.get 1
                        local.get 2
                        i32.const 4
                        i32.add
                        i32.load
                        local.tee 22
                        i32.store offset=544
                        local.get 1
                        local.get 22
                        i32.store offset=536
                        local.get 23
                        i32.const -1
                        i32.add
                        local.set 23
                        local.get 2
                        i32.const 8
                        i32.add
                        local.set 2
                        local.get 1
                        i32.const 596
                        i32.add
                        local.get 1
                        i32.const 536
                        i32.add
                        call 49
                        br 0 (;@9;)
                      end
                    end
                    i32.const -2147483648
                    local.set 23
                    local.get 21
                    i32.const -2147483648
                    i32.eq
                    br_if 1 (;@6;)
                    local.get 1
                    local.get 21
                    i32.store offset=544
                    local.get 1
                    local.get 30
                    i32.store offset=540
                    local.get 1
                    local.get 21
                    i32.store offset=536
                    i32.const -2147483641
                    local.set 23
                    br 2 (;@5;)
                  end
                  i32.const -2147483648
                  local.set 23
                  block ;; label = @7
                    block ;; label = @8
                      block ;; label = @9
                        block ;; label = @10
                          block ;; label = @11
                            block ;; label = @12
                              local.get 1
                              i32.load8_u offset=320
                              br_table 6 (;@6;) 5 (;@7;) 1 (;@11;) 4 (;@8;) 3 (;@9;) 2 (;@10;) 0 (;@12;)
                            end
                            local.get 1
                            i32.load offset=336
                            local.set 23
                            br 5 (;@6;)
                          end
                          local.get 1
                          i32.load offset=328
                          local.set 2
                          local.get 1
                          i32.const 572
                          i32.add
                          local.get 1
                          i32.load offset=332
                          local.tee 23
                          call 48
                          block ;; label = @11
                            loop ;; label = @12
                              local.get 23
                              i32.eqz
                              br_if 1 (;@11;)
                              local.get 1
                              local.get 2
                              i32.load
                              i32.store offset=588
                              local.get 1
                              local.get 2
                              i32.const 4
                              i32.add
                              i32.load
                              local.tee 22
                              i32.store offset=592
                              local.get 1
                              local.get 22
                              i32.store offset=584
                              local.get 23
                              i32.const -1
                              i32.add
                              local.set 23
                              local.get 2
                              i32.const 8
                              i32.add
                              local.set 2
                              local.get 1
                              i32.const 572
                              i32.add
                              local.get 1
                              i32.const 584
                              i32.add
                              call 49
                              br 0 (;@12;)
                            end
                          end
                          i32.const -2147483646
                          local.set 23
                          br 4 (;@6;)
                        end
                        i32.const -2147483643
                        local.set 23
                        br 3 (;@6;)
                      end
                      i32.const -2147483644
                      local.set 23
                      br 2 (;@6;)
                    end
                    i32.const -2147483645
                    local.set 23
                    br 1 (;@6;)
                  end
                  i32.const -2147483647
                  local.set 23
                end
                local.get 1
                i32.const 536
                i32.add
                i32.const 1049720
                i32.const 2
                call 41
              end
              local.get 25
              local.get 1
              i64.load offset=536 align=4
              i64.store align=4
              local.get 25
              local.get 1
              i32.load offset=544
              i32.store offset=8
              local.get 1
              i32.const 12
              i32.store offset=308
              local.get 1
              i32.const 1049420
              i32.store offset=304
              local.get 1
              i32.const 292
              i32.add
              local.get 1
              i32.const 304
              i32.add
              call 42
              local.get 29
              local.set 2
              local.get 23
              i32.const -2147483641
              i32.eq
              br_if 2 (;@2;)
              local.get 1
              i32.const 292
              i32.add
              i32.const 1049432
              i32.const 14
              local.get 23
              i32.const -2147483642
              i32.ne
              local.get 23
              i32.const -2147483642
              local.get 23
              i32.const 0
              i32.lt_s
              select
              local.get 24
              i32.const -2147483642
              local.get 24
              i32.const 0
              i32.lt_s
              select
              i32.eq
              i32.and
              call 45
              local.get 29
              local.set 2
              br 2 (;@2;)
            end
            local.get 23
            i32.const -1
            i32.add
            local.set 23
            local.get 2
            i32.const 12
            i32.add
            local.set 2
            br 0 (;@3;)
          end
        end
      end
      local.get 1
      i32.const 5
      i32.store offset=308
      local.get 1
      i32.const 1049189
      i32.store offset=304
      local.get 1
      i32.const 0
      i32.store offset=464
      local.get 1
      i32.const 0
      i32.store8 offset=460
      local.get 1
      i32.const 1
      i32.store16 offset=452
      local.get 1
      local.get 11
      i32.store offset=448
      local.get 1
      i32.const 0
      i32.store offset=444
      local.get 1
      i32.const 1
      i32.store8 offset=440
      local.get 1
      i32.const 34
      i32.store offset=436
      local.get 1
      local.get 11
      i32.store offset=432
      local.get 1
      i32.const 0
      i32.store offset=428
      local.get 1
      local.get 11
      i32.store offset=424
      local.get 1
      local.get 13
      i32.store offset=420
      local.get 1
      i32.const 34
      i32.store offset=416
      local.get 1
      local.get 1
      i32.const 304
      i32.add
      i32.store offset=456
      local.get 1
      i32.const 64
      i32.add
      local.get 1
      i32.const 416
      i32.add
      local.get 1
      i32.const 460
      i32.add
      local.tee 2
      local.get 1
      i32.const 304
      i32.add
      call 61
      block ;; label = @1
        block ;; label = @2
          local.get 1
          i32.load offset=64
          i32.eqz
          br_if 0 (;@2;)
          local.get 1
          i32.const 56
          i32.add
          local.get 1
          i32.const 416
          i32.add
          call 62
          local.get 1
          i32.load offset=56
          i32.eqz
          br_if 0 (;@2;)
          local.get 1
          i32.const 48
          i32.add
          local.get 1
          i32.const 416
          i32.add
          local.get 2
          local.get 1
          i32.load offset=456
          call 61
          local.get 1
          i32.load offset=52
          local.set 23
          local.get 1
          i32.load offset=48
          local.set 2
          br 1 (;@1;)
        end
        i32.const 0
        local.set 2
      end
      local.get 1
      i32.const 572
      i32.add
      local.get 2
      i32.const 1
      local.get 2
      select
      local.get 23
      i32.const 0
      local.get 2
      select
      call 41
      local.get 1
      i32.load offset=576
      local.tee 20
      local.get 1
      i32.load offset=580
      local.tee 19
      local.get 1
      i32.const 416
      i32.add
      call 26
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            block ;; label = @4
              local.get 1
              i32.load8_u offset=416
              br_if 0 (;@4;)
              local.get 1
              i32.load offset=420
              local.set 25
              local.get 1
              i32.const 40
              i32.add
              local.get 1
              i32.load offset=424
              local.tee 30
              i32.const 8
              i32.const 24
              call 53
              local.get 1
              local.get 1
              i32.load offset=44
              local.tee 29
              i32.store offset=600
              local.get 1
              local.get 1
              i32.load offset=40
              i32.store offset=596
              i32.const 0
              local.set 22
              i32.const 0
              local.set 2
              loop ;; label = @5
                local.get 1
                local.get 2
                i32.store offset=604
                local.get 30
                local.get 2
                i32.eq
                br_if 2 (;@3;)
                local.get 25
                local.get 22
                i32.add
                local.tee 23
                i32.const 8
                i32.add
                i32.load8_u
                i32.const 0
                i32.ne
                local.set 24
                local.get 23
                i32.load
                local.set 28
                local.get 23
                i32.const 16
                i32.add
                i64.load
                local.set 31
                local.get 23
                i32.const 4
                i32.add
                i32.load
                local.set 21
                block ;; label = @6
                  local.get 2
                  local.get 1
                  i32.load offset=596
                  i32.ne
                  br_if 0 (;@6;)
                  local.get 1
                  i32.const 596
                  i32.add
                  call 63
                  local.get 1
                  i32.load offset=600
                  local.set 29
                end
                local.get 29
                local.get 22
                i32.add
                local.tee 23
                local.get 31
                i64.store
                local.get 23
                i32.const 20
                i32.add
                local.get 24
                i32.store8
                local.get 23
                i32.const 16
                i32.add
                local.get 21
                i32.store
                local.get 23
                i32.const 12
                i32.add
                local.get 28
                i32.store
                local.get 23
                i32.const 8
                i32.add
                local.get 21
                i32.store
                local.get 2
                i32.const 1
                i32.add
                local.set 2
                local.get 22
                i32.const 24
                i32.add
                local.set 22
                br 0 (;@5;)
              end
            end
            local.get 1
            i32.load offset=440
            local.set 2
            local.get 1
            i64.load32_u offset=436
            local.set 31
            local.get 1
            i32.load offset=428
            local.set 21
            local.get 1
            i32.load offset=424
            local.set 24
            local.get 1
            i32.const 536
            i32.add
            local.get 1
            i32.load offset=444
            local.tee 23
            call 48
            block ;; label = @4
              loop ;; label = @5
                local.get 23
                i32.eqz
                br_if 1 (;@4;)
                local.get 1
                local.get 2
                i32.load
                i32.store offset=308
                local.get 1
                local.get 2
                i32.const 4
                i32.add
                i32.load
                local.tee 22
                i32.store offset=312
                local.get 1
                local.get 22
                i32.store offset=304
                local.get 23
                i32.const -1
                i32.add
                local.set 23
                local.get 2
                i32.const 8
                i32.add
                local.set 2
                local.get 1
                i32.const 536
                i32.add
                local.get 1
                i32.const 304
                i32.add
                call 49
                br 0 (;@5;)
              end
            end
            block ;; label = @4
              local.get 21
              i32.const -2147483648
              i32.ne
              br_if 0 (;@4;)
              local.get 31
              i64.const 32
              i64.shl
              local.get 21
              i64.extend_i32_u
              i64.or
              local.set 31
              br 2 (;@2;)
            end
            local.get 1
            local.get 24
            i32.store offset=308
            local.get 1
            local.get 21
            i32.store offset=304
            local.get 1
            local.get 21
            i32.store offset=312
            local.get 1
            i32.const 14
            i32.store offset=420
            local.get 1
            i32.const 1049731
            i32.store offset=416
            local.get 1
            local.get 1
            i64.load offset=304 align=4
            i64.store offset=424 align=4
            local.get 1
            local.get 21
            i32.store offset=432
            local.get 1
            i32.const 292
            i32.add
            local.get 1
            i32.const 416
            i32.add
            call 42
            br 2 (;@1;)
          end
          local.get 1
          i64.load offset=600 align=4
          local.set 31
          local.get 1
          i32.load offset=596
          local.set 24
        end
        local.get 1
        i32.const 304
        i32.add
        i32.const 1049720
        i32.const 2
        call 41
        local.get 1
        i32.const 14
        i32.store offset=420
        local.get 1
        i32.const 1049731
        i32.store offset=416
        local.get 1
        local.get 1
        i64.load offset=304 align=4
        i64.store offset=424 align=4
        local.get 1
        local.get 1
        i32.load offset=312
        i32.store offset=432
        local.get 1
        i32.const 292
        i32.add
        local.get 1
        i32.const 416
        i32.add
        call 42
        local.get 24
        i32.const -2147483648
        i32.eq
        br_if 0 (;@1;)
        local.get 31
        i64.const 32
        i64.shr_u
        i32.wrap_i64
        i32.const 24
        i32.mul
        local.set 23
        local.get 31
        i32.wrap_i64
        local.set 2
        block ;; label = @2
          loop ;; label = @3
            local.get 23
            i32.eqz
            br_if 1 (;@2;)
            block ;; label = @4
              local.get 2
              i32.const 12
              i32.add
              i32.load
              local.get 2
              i32.const 16
              i32.add
              i32.load
              i32.const 1049800
              i32.const 6
              call 36
              i32.eqz
              br_if 0 (;@4;)
              local.get 2
              i32.const 20
              i32.add
              i32.load8_u
              i32.const 1
              i32.and
              br_if 0 (;@4;)
              local.get 2
              i64.load
              i64.const 6
              i64.eq
              br_if 2 (;@2;)
            end
            local.get 2
            i32.const 24
            i32.add
            local.set 2
            local.get 23
            i32.const -24
            i32.add
            local.set 23
            br 0 (;@3;)
          end
        end
        local.get 1
        i32.const 292
        i32.add
        i32.const 1049745
        i32.const 11
        local.get 23
        i32.const 0
        i32.ne
        call 45
      end
      local.get 1
      i32.const 7
      i32.store offset=428
      local.get 1
      i32.const 1049756
      i32.store offset=424
      local.get 1
      local.get 19
      i32.store offset=420
      local.get 1
      local.get 20
      i32.store offset=416
      local.get 1
      i32.const 584
      i32.add
      local.get 1
      i32.const 416
      i32.add
      i32.const 2
      call 64
      local.get 1
      i32.load offset=588
      local.tee 21
      local.get 1
      i32.load offset=592
      local.tee 24
      local.get 1
      i32.const 304
      i32.add
      call 27
      block ;; label = @1
        block ;; label = @2
          local.get 1
          i32.load8_u offset=304
          br_if 0 (;@2;)
          local.get 1
          local.get 1
          i32.load offset=312
          local.tee 2
          i32.store offset=428
          local.get 1
          local.get 1
          i32.load offset=308
          i32.store offset=424
          local.get 1
          local.get 2
          i32.store offset=420
          local.get 1
          i32.const -2147483648
          i32.store offset=416
          br 1 (;@1;)
        end
        local.get 1
        i32.load offset=328
        local.set 2
        local.get 1
        i32.load offset=324
        local.set 28
        local.get 1
        i32.load offset=320
        local.set 30
        local.get 1
        i32.load offset=316
        local.set 29
        local.get 1
        i32.load offset=312
        local.set 25
        local.get 1
        i32.load8_u offset=308
        local.set 20
        local.get 1
        i32.const 596
        i32.add
        local.get 1
        i32.load offset=332
        local.tee 23
        call 48
        block ;; label = @2
          loop ;; label = @3
            local.get 23
            i32.eqz
            br_if 1 (;@2;)
            local.get 1
            local.get 2
            i32.load
            i32.store offset=540
            local.get 1
            local.get 2
            i32.const 4
            i32.add
            i32.load
            local.tee 22
            i32.store offset=544
            local.get 1
            local.get 22
            i32.store offset=536
            local.get 23
            i32.const -1
            i32.add
            local.set 23
            local.get 2
            i32.const 8
            i32.add
            local.set 2
            local.get 1
            i32.const 596
            i32.add
            local.get 1
            i32.const 536
            i32.add
            call 49
            br 0 (;@3;)
          end
        end
        local.get 1
        local.get 28
        i32.store offset=436
        local.get 1
        local.get 30
        i32.store offset=432
        local.get 1
        local.get 28
        i32.store offset=428
        local.get 1
        local.get 29
        i32.store offset=424
        local.get 1
        local.get 25
        i32.store offset=420
        local.get 1
        local.get 29
        i32.store offset=416
        local.get 1
        local.get 1
        i64.load offset=596 align=4
        i64.store offset=440 align=4
        local.get 1
        local.get 1
        i32.load offset=604
        i32.store offset=448
        local.get 1
        local.get 20
        i32.store8 offset=452
      end
      local.get 1
      i32.const 304
      i32.add
      local.get 1
      i32.const 292
      i32.add
      i32.const 1049763
      i32.const 15
      local.get 1
      i32.const 416
      i32.add
      call 43
      local.get 21
      local.get 24
      local.get 1
      i32.load offset=100
      i32.const 1049778
      i32.const 12
      i32.const 384
      local.get 1
      i32.const 304
      i32.add
      call 28
      block ;; label = @1
        block ;; label = @2
          local.get 1
          i32.load8_u offset=304
          br_if 0 (;@2;)
          local.get 1
          i32.const -2147483648
          i32.store offset=416
          br 1 (;@1;)
        end
        local.get 1
        i32.load offset=328
        local.set 2
        local.get 1
        i32.load offset=324
        local.set 21
        local.get 1
        i32.load offset=320
        local.set 28
        local.get 1
        i32.load offset=316
        local.set 24
        local.get 1
        i32.load offset=312
        local.set 29
        local.get 1
        i32.load8_u offset=308
        local.set 30
        local.get 1
        i32.const 596
        i32.add
        local.get 1
        i32.load offset=332
        local.tee 23
        call 48
        block ;; label = @2
          loop ;; label = @3
            local.get 23
            i32.eqz
            br_if 1 (;@2;)
            local.get 1
            local.get 2
            i32.load
            i32.store offset=540
            local.get 1
            local.get 2
            i32.const 4
            i32.add
            i32.load
            local.tee 22
            i32.store offset=544
            local.get 1
            local.get 22
            i32.store offset=536
            local.get 23
            i32.const -1
            i32.add
            local.set 23
            local.get 2
            i32.const 8
            i32.add
            local.set 2
            local.get 1
            i32.const 596
            i32.add
            local.get 1
            i32.const 536
            i32.add
            call 49
            br 0 (;@3;)
          end
        end
        local.get 1
        local.get 21
        i32.store offset=436
        local.get 1
        local.get 28
        i32.store offset=432
        local.get 1
        local.get 21
        i32.store offset=428
        local.get 1
        local.get 24
        i32.store offset=424
        local.get 1
        local.get 29
        i32.store offset=420
        local.get 1
        local.get 24
        i32.store offset=416
        local.get 1
        local.get 1
        i64.load offset=596 align=4
        i64.store offset=440 align=4
        local.get 1
        local.get 1
        i32.load offset=604
        i32.store offset=448
        local.get 1
        local.get 30
        i32.store8 offset=452
      end
      local.get 1
      i32.const 292
      i32.add
      i32.const 1049790
      i32.const 10
      local.get 1
      i32.const 416
      i32.add
      call 40
      local.get 1
      local.get 26
      local.get 27
      i32.const 12
      i32.mul
      i32.add
      i32.store offset=340
      local.get 1
      local.get 6
      i32.store offset=336
      local.get 1
      local.get 26
      i32.store offset=332
      local.get 1
      local.get 26
      i32.store offset=328
      local.get 1
      i32.const -2147483647
      i32.store offset=316
      local.get 1
      i32.const -2147483647
      i32.store offset=304
      local.get 1
      i32.const 596
      i32.add
      local.get 1
      i32.const 304
      i32.add
      call 37
      block ;; label = @1
        block ;; label = @2
          local.get 1
          i32.load offset=596
          i32.const -2147483648
          i32.ne
          br_if 0 (;@2;)
          i32.const 1
          local.set 28
          i32.const 0
          local.set 2
          i32.const 0
          local.set 23
          br 1 (;@1;)
        end
        local.get 1
        i32.const 32
        i32.add
        i32.const 4
        i32.const 4
        i32.const 12
        call 53
        local.get 1
        i32.load offset=32
        local.set 2
        local.get 1
        i32.load offset=36
        local.tee 21
        local.get 1
        i32.load offset=604
        i32.store offset=8
        local.get 21
        local.get 1
        i64.load offset=596 align=4
        i64.store align=4
        local.get 1
        i32.const 1
        i32.store offset=592
        local.get 1
        local.get 21
        i32.store offset=588
        local.get 1
        local.get 2
        i32.store offset=584
        local.get 1
        i32.const 416
        i32.add
        local.get 1
        i32.const 304
        i32.add
        i32.const 40
        memory.copy
        i32.const 12
        local.set 2
        i32.const 1
        local.set 23
        block ;; label = @2
          loop ;; label = @3
            local.get 1
            i32.const 536
            i32.add
            local.get 1
            i32.const 416
            i32.add
            call 37
            local.get 1
            i32.load offset=536
            i32.const -2147483648
            i32.eq
            br_if 1 (;@2;)
            block ;; label = @4
              local.get 23
              local.get 1
              i32.load offset=584
              i32.ne
              br_if 0 (;@4;)
              local.get 1
              i32.const 584
              i32.add
              local.get 23
              i32.const 1
              i32.const 4
              i32.const 12
              call 59
              local.get 1
              i32.load offset=588
              local.set 21
            end
            local.get 21
            local.get 2
            i32.add
            local.tee 22
            local.get 1
            i32.load offset=544
            i32.store offset=8
            local.get 22
            local.get 1
            i64.load offset=536 align=4
            i64.store align=4
            local.get 1
            local.get 23
            i32.const 1
            i32.add
            local.tee 23
            i32.store offset=592
            local.get 2
            i32.const 12
            i32.add
            local.set 2
            br 0 (;@3;)
          end
        end
        local.get 2
        i32.const -12
        i32.add
        local.set 22
        local.get 23
        i32.const 12
        i32.mul
        i32.const -12
        i32.add
        i32.const 12
        i32.div_u
        local.set 26
        local.get 1
        i32.load offset=588
        local.tee 27
        local.set 23
        block ;; label = @2
          loop ;; label = @3
            local.get 2
            i32.eqz
            br_if 1 (;@2;)
            local.get 2
            i32.const -12
            i32.add
            local.set 2
            local.get 23
            i32.load offset=8
            local.set 21
            local.get 23
            i32.const 12
            i32.add
            local.set 23
            local.get 21
            local.get 26
            i32.add
            local.tee 26
            local.get 21
            i32.ge_u
            br_if 0 (;@3;)
          end
          call 65
          unreachable
        end
        local.get 1
        i32.const 24
        i32.add
        local.get 26
        i32.const 1
        i32.const 1
        call 53
        local.get 1
        i32.const 0
        i32.store offset=312
        local.get 1
        local.get 1
        i64.load offset=24
        i64.store offset=304 align=4
        local.get 1
        i32.const 304
        i32.add
        local.get 27
        i32.load offset=4
        local.tee 2
        local.get 2
        local.get 27
        i32.load offset=8
        i32.add
        call 38
        local.get 27
        i32.const 20
        i32.add
        local.set 2
        local.get 26
        local.get 1
        i32.load offset=312
        local.tee 23
        i32.sub
        local.set 21
        local.get 1
        i32.load offset=308
        local.tee 28
        local.get 23
        i32.add
        local.set 27
        block ;; label = @2
          loop ;; label = @3
            local.get 22
            i32.eqz
            br_if 1 (;@2;)
            local.get 2
            i32.const -4
            i32.add
            i32.load
            local.set 24
            local.get 2
            i32.load
            local.set 23
            local.get 1
            i32.const 416
            i32.add
            local.get 27
            local.get 21
            i32.const 1
            call 66
            local.get 1
            i32.load offset=428
            local.set 21
            local.get 1
            i32.load offset=424
            local.set 27
            local.get 1
            i32.load offset=416
            local.get 1
            i32.load offset=420
            i32.const 1049194
            i32.const 1
            call 67
            local.get 1
            i32.const 416
            i32.add
            local.get 27
            local.get 21
            local.get 23
            call 66
            local.get 1
            i32.load offset=428
            local.set 21
            local.get 1
            i32.load offset=424
            local.set 27
            local.get 1
            i32.load offset=416
            local.get 1
            i32.load offset=420
            local.get 24
            local.get 23
            call 67
            local.get 22
            i32.const -12
            i32.add
            local.set 22
            local.get 2
            i32.const 12
            i32.add
            local.set 2
            br 0 (;@3;)
          end
        end
        local.get 26
        local.get 21
        i32.sub
        local.set 2
        local.get 1
        i32.load offset=304
        local.set 23
      end
      local.get 1
      local.get 2
      i32.store offset=604
      local.get 1
      local.get 28
      i32.store offset=600
      local.get 1
      local.get 23
      i32.store offset=596
      block ;; label = @1
        block ;; label = @2
          local.get 5
          i32.const -2147483648
          i32.eq
          br_if 0 (;@2;)
          local.get 1
          local.get 32
          i64.store offset=420 align=4
          br 1 (;@1;)
        end
        local.get 1
        i64.const 1
        i64.store offset=420 align=4
        i32.const 0
        local.set 5
      end
      local.get 1
      local.get 7
      i32.store offset=536
      local.get 1
      local.get 5
      i32.store offset=416
      local.get 1
      local.get 1
      i32.const 596
      i32.add
      i32.store offset=544
      local.get 1
      local.get 1
      i32.const 416
      i32.add
      i32.store offset=540
      local.get 1
      i32.const 536
      i32.add
      local.set 23
      i32.const 0
      local.set 2
      block ;; label = @1
        loop ;; label = @2
          local.get 2
          i32.const 24
          i32.eq
          br_if 1 (;@1;)
          local.get 1
          i32.const 304
          i32.add
          local.get 2
          i32.add
          local.get 23
          i32.load
          i64.load offset=4 align=4
          i64.store align=4
          local.get 2
          i32.const 8
          i32.add
          local.set 2
          local.get 23
          i32.const 4
          i32.add
          local.set 23
          br 0 (;@2;)
        end
      end
      local.get 1
      i32.const 536
      i32.add
      local.get 1
      i32.const 304
      i32.add
      i32.const 3
      i32.const 1049195
      i32.const 1
      call 68
      local.get 1
      i32.load offset=296
      local.tee 2
      local.get 1
      i32.load offset=300
      i32.const 20
      i32.mul
      i32.add
      local.set 21
      block ;; label = @1
        loop ;; label = @2
          local.get 2
          local.get 21
          i32.eq
          br_if 1 (;@1;)
          local.get 2
          i32.load offset=8
          i32.const -2147483648
          i32.eq
          br_if 1 (;@1;)
          local.get 2
          i32.const 20
          i32.add
          local.set 22
          local.get 2
          i64.load align=4
          local.set 31
          local.get 1
          local.get 2
          i64.load offset=12 align=4
          local.tee 32
          i64.const 32
          i64.shr_u
          i64.store32 offset=452
          local.get 1
          local.get 32
          i64.store32 offset=448
          local.get 1
          i32.const 2
          i32.store offset=444
          local.get 1
          i32.const 1049202
          i32.store offset=440
          local.get 1
          local.get 31
          i64.store offset=432 align=4
          local.get 1
          i32.const 1
          i32.store offset=428
          local.get 1
          i32.const 1049201
          i32.store offset=424
          i32.const 0
          local.set 2
          block ;; label = @3
            loop ;; label = @4
              local.get 2
              i32.const 32
              i32.eq
              br_if 1 (;@3;)
              local.get 1
              i32.const 536
              i32.add
              local.get 1
              i32.const 416
              i32.add
              local.get 2
              i32.add
              local.tee 23
              i32.const 8
              i32.add
              i32.load
              local.get 23
              i32.const 12
              i32.add
              i32.load
              call 39
              local.get 2
              i32.const 8
              i32.add
              local.set 2
              br 0 (;@4;)
            end
          end
          local.get 22
          local.set 2
          br 0 (;@2;)
        end
      end
      local.get 1
      i32.const 416
      i32.add
      local.get 1
      i32.const 100
      i32.add
      i32.const 1049196
      i32.const 5
      local.get 1
      i32.load offset=540
      local.get 1
      i32.load offset=544
      call 47
      local.get 1
      i32.const 100
      i32.add
      call 69
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            local.get 1
            i32.load offset=416
            i32.const -2147483648
            i32.eq
            br_if 0 (;@3;)
            i32.const 0
            local.get 1
            i32.load8_u offset=452
            i32.store8 offset=1049896
            i32.const 0
            i32.const 1
            i32.store8 offset=1049892
            local.get 1
            i32.load offset=444
            local.set 2
            local.get 1
            i32.load offset=448
            local.set 26
            local.get 1
            i32.const 16
            i32.add
            local.get 1
            i32.const 416
            i32.add
            call 70
            i32.const 0
            local.get 1
            i64.load offset=16
            i64.store offset=1049900 align=4
            local.get 1
            i32.const 8
            i32.add
            local.get 1
            i32.const 416
            i32.add
            i32.const 12
            i32.add
            call 70
            i32.const 0
            local.get 1
            i64.load offset=8
            i64.store offset=1049908 align=4
            local.get 1
            i32.const 168
            i32.add
            local.get 26
            i32.const 3
            i32.shl
            call 54
            local.get 26
            i32.const 12
            i32.mul
            local.set 23
            local.get 1
            i32.load offset=168
            local.tee 27
            local.set 22
            loop ;; label = @4
              local.get 23
              i32.eqz
              br_if 2 (;@2;)
              local.get 2
              i32.load
              local.tee 21
              i32.const -2147483648
              i32.eq
              br_if 2 (;@2;)
              local.get 1
              local.get 2
              i64.load offset=4 align=4
              i64.store offset=172 align=4
              local.get 1
              local.get 21
              i32.store offset=168
              local.get 1
              local.get 1
              i32.const 168
              i32.add
              call 70
              local.get 22
              local.get 1
              i64.load
              i64.store align=4
              local.get 22
              i32.const 8
              i32.add
              local.set 22
              local.get 23
              i32.const -12
              i32.add
              local.set 23
              local.get 2
              i32.const 12
              i32.add
              local.set 2
              br 0 (;@4;)
            end
          end
          i32.const 0
          i32.const 0
          i32.store8 offset=1049892
          br 1 (;@1;)
        end
        i32.const 0
        local.get 27
        i32.store offset=1049916
        i32.const 0
        local.get 26
        i32.store offset=1049920
      end
      local.get 1
      i32.const 608
      i32.add
      global.set 0
    )
    (func (;52;) (type 12)
      block ;; label = @1
        i32.const 0
        i32.load8_u offset=1049956
        br_if 0 (;@1;)
        call 30
        i32.const 0
        i32.const 1
        i32.store8 offset=1049956
      end
    )
    (func (;53;) (type 1) (param i32 i32 i32 i32)
      (local i64 i32)
      block ;; label = @1
        block ;; label = @2
          local.get 3
          i64.extend_i32_u
          local.get 1
          i64.extend_i32_u
          i64.mul
          local.tee 4
          i64.const 32
          i64.shr_u
          i32.wrap_i64
          br_if 0 (;@2;)
          local.get 4
          i32.wrap_i64
          local.tee 3
          i32.const -2147483648
          local.get 2
          i32.sub
          i32.gt_u
          br_if 0 (;@2;)
          block ;; label = @3
            block ;; label = @4
              local.get 3
              br_if 0 (;@4;)
              i32.const 0
              local.set 1
              local.get 2
              local.set 5
              br 1 (;@3;)
            end
            local.get 2
            local.get 3
            call 33
            local.tee 5
            i32.eqz
            br_if 2 (;@1;)
          end
          local.get 0
          local.get 5
          i32.store offset=4
          local.get 0
          local.get 1
          i32.store
          return
        end
        call 76
        unreachable
      end
      local.get 2
      local.get 3
      call 75
      unreachable
    )
    (func (;54;) (type 9) (param i32 i32)
      (local i32)
      block ;; label = @1
        local.get 1
        br_if 0 (;@1;)
        local.get 0
        i64.const 0
        i64.store align=4
        return
      end
      block ;; label = @1
        i32.const 4
        local.get 1
        call 32
        local.tee 2
        i32.eqz
        br_if 0 (;@1;)
        local.get 0
        local.get 2
        i32.store offset=12
        local.get 0
        local.get 1
        i32.store offset=8
        local.get 0
        i32.const 4
        i32.store offset=4
        local.get 0
        local.get 2
        i32.store
        return
      end
      local.get 1
      call 35
      unreachable
    )
    (func (;55;) (type 15) (param i32 i32 i32) (result i32)
      (local i32 i32 i32 i32 i32)
      local.get 0
      i32.const 4
      i32.add
      local.set 0
      i32.const 0
      local.set 3
      block ;; label = @1
        loop ;; label = @2
          block ;; label = @3
            local.get 2
            local.get 3
            local.tee 4
            i32.ne
            br_if 0 (;@3;)
            local.get 2
            local.set 4
            br 2 (;@1;)
          end
          local.get 0
          i32.const 4
          i32.add
          i32.load
          local.tee 5
          local.get 1
          i32.const 4
          i32.add
          i32.load
          i32.ne
          br_if 1 (;@1;)
          local.get 4
          i32.const 1
          i32.add
          local.set 3
          local.get 0
          i32.load
          local.set 6
          local.get 1
          i32.load
          local.set 7
          local.get 1
          i32.const 8
          i32.add
          local.set 1
          local.get 0
          i32.const 12
          i32.add
          local.set 0
          local.get 6
          local.get 7
          local.get 5
          call 87
          i32.eqz
          br_if 0 (;@2;)
        end
      end
      local.get 4
      local.get 2
      i32.ge_u
    )
    (func (;56;) (type 6) (param i32)
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
      call 74
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
        call 75
        unreachable
      end
      local.get 1
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;57;) (type 6) (param i32)
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
      call 74
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
        call 75
        unreachable
      end
      local.get 1
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;58;) (type 6) (param i32)
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
      call 74
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
        call 75
        unreachable
      end
      local.get 1
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;59;) (type 2) (param i32 i32 i32 i32 i32)
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
      call 74
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
        call 75
        unreachable
      end
      local.get 5
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;60;) (type 15) (param i32 i32 i32) (result i32)
      (local i32)
      i32.const 0
      local.set 3
      block ;; label = @1
        local.get 1
        i32.const 1
        i32.ne
        br_if 0 (;@1;)
        local.get 0
        local.get 2
        i32.const 1
        call 55
        local.set 3
      end
      local.get 3
    )
    (func (;61;) (type 1) (param i32 i32 i32 i32)
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
          call 62
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
            local.get 7
            local.get 3
            i32.load offset=4
            i32.ne
            br_if 1 (;@2;)
            local.get 6
            local.get 3
            i32.load
            local.get 7
            call 87
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
    (func (;62;) (type 9) (param i32 i32)
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
              call 87
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
    (func (;63;) (type 6) (param i32)
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
      i32.const 24
      call 74
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
        call 75
        unreachable
      end
      local.get 1
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;64;) (type 11) (param i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      i32.const 1
      i32.const 0
      call 68
    )
    (func (;65;) (type 12)
      (local i32)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 0
      global.set 0
      i32.const 1048673
      local.get 0
      i32.const 8
      i32.add
      i32.const 1049832
      call 72
      unreachable
    )
    (func (;66;) (type 1) (param i32 i32 i32 i32)
      block ;; label = @1
        local.get 2
        local.get 3
        i32.ge_u
        br_if 0 (;@1;)
        i32.const 1049806
        i32.const 19
        i32.const 1049816
        call 72
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
    (func (;67;) (type 1) (param i32 i32 i32 i32)
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
      call 71
      unreachable
    )
    (func (;68;) (type 2) (param i32 i32 i32 i32 i32)
      (local i32 i32 i32 i32 i32 i32)
      global.get 0
      i32.const 48
      i32.sub
      local.tee 5
      global.set 0
      local.get 1
      i32.const 8
      i32.add
      local.set 6
      local.get 2
      i32.const 3
      i32.shl
      local.tee 2
      i32.const -8
      i32.add
      local.tee 7
      i32.const 3
      i32.shr_u
      local.get 4
      i32.mul
      local.set 8
      local.get 1
      local.set 9
      block ;; label = @1
        loop ;; label = @2
          local.get 2
          i32.eqz
          br_if 1 (;@1;)
          local.get 2
          i32.const -8
          i32.add
          local.set 2
          local.get 9
          i32.load offset=4
          local.set 10
          local.get 9
          i32.const 8
          i32.add
          local.set 9
          local.get 10
          local.get 8
          i32.add
          local.tee 8
          local.get 10
          i32.ge_u
          br_if 0 (;@2;)
        end
        call 65
        unreachable
      end
      local.get 5
      i32.const 8
      i32.add
      local.get 8
      i32.const 1
      i32.const 1
      call 53
      local.get 5
      i32.const 0
      i32.store offset=28
      local.get 5
      local.get 5
      i64.load offset=8
      i64.store offset=20 align=4
      local.get 5
      i32.const 20
      i32.add
      local.get 1
      i32.load
      local.tee 2
      local.get 2
      local.get 1
      i32.load offset=4
      i32.add
      call 38
      local.get 8
      local.get 5
      i32.load offset=28
      local.tee 9
      i32.sub
      local.set 2
      local.get 5
      i32.load offset=24
      local.get 9
      i32.add
      local.set 9
      block ;; label = @1
        block ;; label = @2
          local.get 4
          i32.const 1
          i32.and
          i32.eqz
          br_if 0 (;@2;)
          loop ;; label = @3
            local.get 7
            i32.eqz
            br_if 2 (;@1;)
            local.get 6
            i32.load
            local.set 1
            local.get 6
            i32.load offset=4
            local.set 10
            local.get 5
            i32.const 32
            i32.add
            local.get 9
            local.get 2
            i32.const 1
            call 66
            local.get 5
            i32.load offset=44
            local.set 2
            local.get 5
            i32.load offset=40
            local.set 9
            local.get 5
            i32.load offset=32
            local.get 5
            i32.load offset=36
            local.get 3
            i32.const 1
            call 67
            local.get 5
            i32.const 32
            i32.add
            local.get 9
            local.get 2
            local.get 10
            call 66
            local.get 5
            i32.load offset=44
            local.set 2
            local.get 5
            i32.load offset=40
            local.set 9
            local.get 5
            i32.load offset=32
            local.get 5
            i32.load offset=36
            local.get 1
            local.get 10
            call 67
            local.get 7
            i32.const -8
            i32.add
            local.set 7
            local.get 6
            i32.const 8
            i32.add
            local.set 6
            br 0 (;@3;)
          end
        end
        loop ;; label = @2
          local.get 7
          i32.eqz
          br_if 1 (;@1;)
          local.get 6
          i32.load
          local.set 10
          local.get 5
          i32.const 32
          i32.add
          local.get 9
          local.get 2
          local.get 6
          i32.load offset=4
          local.tee 1
          call 66
          local.get 5
          i32.load offset=44
          local.set 2
          local.get 5
          i32.load offset=40
          local.set 9
          local.get 5
          i32.load offset=32
          local.get 5
          i32.load offset=36
          local.get 10
          local.get 1
          call 67
          local.get 7
          i32.const -8
          i32.add
          local.set 7
          local.get 6
          i32.const 8
          i32.add
          local.set 6
          br 0 (;@2;)
        end
      end
      local.get 0
      local.get 5
      i64.load offset=20 align=4
      i64.store align=4
      local.get 0
      local.get 8
      local.get 2
      i32.sub
      i32.store offset=8
      local.get 5
      i32.const 48
      i32.add
      global.set 0
    )
    (func (;69;) (type 6) (param i32)
      block ;; label = @1
        local.get 0
        i32.load
        local.tee 0
        i32.const -1
        i32.eq
        br_if 0 (;@1;)
        local.get 0
        call 29
      end
    )
    (func (;70;) (type 9) (param i32 i32)
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
          call 31
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
      call 35
      unreachable
    )
    (func (;71;) (type 9) (param i32 i32)
      (local i32)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 2
      global.set 0
      i32.const 1048909
      local.get 2
      i32.const 1049816
      call 72
      unreachable
    )
    (func (;72;) (type 11) (param i32 i32 i32)
      unreachable
    )
    (func (;73;) (type 6) (param i32)
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
      call 74
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
        call 75
        unreachable
      end
      local.get 1
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;74;) (type 7) (param i32 i32 i32 i32 i32 i32)
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
                  call 31
                  local.set 5
                  br 1 (;@5;)
                end
                local.get 4
                local.get 3
                call 33
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
    (func (;75;) (type 9) (param i32 i32)
      block ;; label = @1
        local.get 0
        i32.eqz
        br_if 0 (;@1;)
        local.get 1
        call 35
        unreachable
      end
      call 76
      unreachable
    )
    (func (;76;) (type 12)
      i32.const 1049848
      i32.const 35
      i32.const 1049868
      call 72
      unreachable
    )
    (func (;77;) (type 6) (param i32)
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
        i32.const 1048620
        local.get 1
        i32.const 1049000
        call 72
        unreachable
      end
      i32.const 1048620
      local.get 1
      i32.const 1049000
      call 72
      unreachable
    )
    (func (;78;) (type 6) (param i32))
    (func (;79;) (type 4) (result i32)
      (local i32 i32 i32 i32)
      global.get 0
      i32.const 112
      i32.sub
      local.tee 0
      global.set 0
      call 52
      local.get 0
      i32.const 40
      i32.add
      i32.const 1049016
      i32.const 15
      call 41
      local.get 0
      i32.const 52
      i32.add
      local.tee 1
      i32.const 1049031
      i32.const 5
      call 41
      local.get 0
      i32.const 64
      i32.add
      local.tee 2
      i32.const 1049036
      i32.const 36
      call 41
      local.get 0
      i32.const 1
      i32.store offset=108
      local.get 0
      i32.const 1049188
      i32.store offset=104
      local.get 0
      i32.const 57
      i32.store offset=100
      local.get 0
      i32.const 1049131
      i32.store offset=96
      local.get 0
      i32.const 59
      i32.store offset=92
      local.get 0
      i32.const 1049072
      i32.store offset=88
      local.get 0
      i32.const 40
      i32.add
      i32.const 36
      i32.add
      local.tee 3
      local.get 0
      i32.const 88
      i32.add
      i32.const 3
      call 64
      local.get 0
      i32.const 32
      i32.add
      local.get 0
      i32.const 40
      i32.add
      call 70
      i32.const 0
      local.get 0
      i64.load offset=32
      i64.store offset=1049924 align=4
      local.get 0
      i32.const 24
      i32.add
      local.get 1
      call 70
      i32.const 0
      local.get 0
      i64.load offset=24
      i64.store offset=1049932 align=4
      local.get 0
      i32.const 16
      i32.add
      local.get 2
      call 70
      i32.const 0
      local.get 0
      i64.load offset=16
      i64.store offset=1049940 align=4
      local.get 0
      i32.const 8
      i32.add
      local.get 3
      call 70
      i32.const 0
      local.get 0
      i64.load offset=8
      i64.store offset=1049948 align=4
      local.get 0
      i32.const 112
      i32.add
      global.set 0
      i32.const 1049924
    )
    (func (;80;) (type 16) (param i32) (result i32)
      (local i32 i32 i32 i64 i64 i32 i32 i64 i32)
      global.get 0
      i32.const 96
      i32.sub
      local.tee 1
      global.set 0
      call 52
      local.get 1
      local.get 0
      i32.store offset=52
      local.get 1
      i32.const 56
      i32.add
      local.get 1
      i32.const 52
      i32.add
      i32.const 1049204
      i32.const 5
      call 50
      i32.const -2147483648
      local.set 0
      block ;; label = @1
        block ;; label = @2
          local.get 1
          i32.load offset=56
          local.tee 2
          i32.const -2147483648
          i32.eq
          br_if 0 (;@2;)
          local.get 1
          i32.const 87
          i32.add
          i32.load8_u
          i32.const 24
          i32.shl
          local.get 1
          i32.load16_u offset=85 align=1
          i32.const 8
          i32.shl
          i32.or
          local.set 3
          local.get 1
          i64.load32_u offset=65 align=1
          local.get 1
          i32.const 71
          i32.add
          i64.load8_u
          i64.const 48
          i64.shl
          local.get 1
          i32.const 69
          i32.add
          i64.load16_u align=1
          i64.const 32
          i64.shl
          i64.or
          i64.or
          local.set 4
          local.get 1
          i64.load offset=88
          local.set 5
          local.get 1
          i32.load8_u offset=84
          local.set 6
          local.get 1
          i32.load offset=80
          local.set 7
          local.get 1
          i64.load offset=72
          local.set 8
          local.get 1
          i32.load8_u offset=64
          local.set 9
          local.get 1
          i32.load offset=60
          local.set 0
          br 1 (;@1;)
        end
        i32.const 0
        local.set 3
        block ;; label = @2
          local.get 1
          i32.load8_u offset=64
          local.tee 6
          i32.const 4
          i32.ne
          br_if 0 (;@2;)
          br 1 (;@1;)
        end
        local.get 1
        i32.const 56
        i32.add
        i32.const 1049211
        i32.const 4
        call 41
        local.get 1
        i32.const 68
        i32.add
        i32.const 1049209
        i32.const 1049210
        local.get 6
        select
        i32.const 1
        call 41
        local.get 1
        i64.load32_u offset=61 align=1
        local.get 1
        i32.const 67
        i32.add
        i64.load8_u
        i64.const 48
        i64.shl
        local.get 1
        i32.const 65
        i32.add
        i64.load16_u align=1
        i64.const 32
        i64.shl
        i64.or
        i64.or
        local.set 4
        i32.const 7
        local.set 6
        local.get 1
        i32.load offset=76
        local.set 7
        local.get 1
        i64.load offset=68 align=4
        local.set 8
        local.get 1
        i32.load8_u offset=60
        local.set 9
        local.get 1
        i32.load offset=56
        local.set 0
      end
      local.get 1
      i32.const 52
      i32.add
      call 69
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            local.get 2
            i32.const -2147483648
            i32.eq
            br_if 0 (;@3;)
            i32.const 0
            i32.const 1
            i32.store8 offset=1049892
            i32.const 0
            local.get 5
            i64.const 32
            i64.shr_u
            i64.store8 offset=1049896
            local.get 1
            local.get 4
            i32.wrap_i64
            local.tee 7
            i32.store16 offset=65 align=1
            local.get 1
            i32.const 67
            i32.add
            local.get 7
            i32.const 16
            i32.shr_u
            i32.store8
            local.get 1
            local.get 9
            i32.store8 offset=64
            local.get 1
            local.get 0
            i32.store offset=60
            local.get 1
            local.get 2
            i32.store offset=56
            local.get 1
            i32.const 40
            i32.add
            local.get 1
            i32.const 56
            i32.add
            call 70
            i32.const 0
            local.get 1
            i64.load offset=40
            i64.store offset=1049900 align=4
            local.get 1
            local.get 8
            i64.store offset=60 align=4
            local.get 1
            local.get 4
            i64.const 24
            i64.shr_u
            i64.store32 offset=56
            local.get 1
            i32.const 32
            i32.add
            local.get 1
            i32.const 56
            i32.add
            call 70
            i32.const 0
            local.get 1
            i64.load offset=32
            i64.store offset=1049908 align=4
            local.get 1
            i32.const 56
            i32.add
            local.get 5
            i32.wrap_i64
            local.tee 7
            i32.const 3
            i32.shl
            call 54
            local.get 7
            i32.const 12
            i32.mul
            local.set 2
            local.get 3
            local.get 6
            i32.const 255
            i32.and
            i32.or
            local.set 0
            local.get 1
            i32.load offset=56
            local.tee 3
            local.set 6
            loop ;; label = @4
              local.get 2
              i32.eqz
              br_if 2 (;@2;)
              local.get 0
              i32.load
              local.tee 9
              i32.const -2147483648
              i32.eq
              br_if 2 (;@2;)
              local.get 1
              local.get 0
              i64.load offset=4 align=4
              i64.store offset=60 align=4
              local.get 1
              local.get 9
              i32.store offset=56
              local.get 1
              i32.const 24
              i32.add
              local.get 1
              i32.const 56
              i32.add
              call 70
              local.get 6
              local.get 1
              i64.load offset=24
              i64.store align=4
              local.get 6
              i32.const 8
              i32.add
              local.set 6
              local.get 2
              i32.const -12
              i32.add
              local.set 2
              local.get 0
              i32.const 12
              i32.add
              local.set 0
              br 0 (;@4;)
            end
          end
          i32.const 0
          i32.const 0
          i32.store8 offset=1049892
          block ;; label = @3
            local.get 0
            i32.const -2147483648
            i32.eq
            br_if 0 (;@3;)
            i32.const 0
            i32.const 1
            i32.store8 offset=1049896
            local.get 1
            local.get 0
            i32.store offset=56
            local.get 1
            local.get 4
            i64.const 8
            i64.shl
            local.get 9
            i64.extend_i32_u
            i64.const 255
            i64.and
            i64.or
            i64.store offset=60 align=4
            local.get 1
            i32.const 16
            i32.add
            local.get 1
            i32.const 56
            i32.add
            call 70
            i32.const 0
            local.get 1
            i64.load offset=16
            i64.store offset=1049900 align=4
            local.get 1
            local.get 7
            i32.store offset=64
            local.get 1
            local.get 8
            i64.store offset=56
            local.get 1
            i32.const 8
            i32.add
            local.get 1
            i32.const 56
            i32.add
            call 70
            i32.const 0
            local.get 6
            i32.store8 offset=1049916
            i32.const 0
            local.get 1
            i64.load offset=8
            i64.store offset=1049908 align=4
            br 2 (;@1;)
          end
          i32.const 0
          i32.const 0
          i32.store8 offset=1049896
          br 1 (;@1;)
        end
        i32.const 0
        local.get 3
        i32.store offset=1049916
        i32.const 0
        local.get 7
        i32.store offset=1049920
      end
      local.get 1
      i32.const 96
      i32.add
      global.set 0
      i32.const 1049892
    )
    (func (;81;) (type 16) (param i32) (result i32)
      local.get 0
      call 51
      i32.const 1049892
    )
    (func (;82;) (type 6) (param i32)
      local.get 0
      call 83
      unreachable
    )
    (func (;83;) (type 6) (param i32)
      call 84
      unreachable
    )
    (func (;84;) (type 12)
      unreachable
    )
    (func (;85;) (type 13) (param i32 i32 i32 i32) (result i32)
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
              call 32
              local.set 2
              br 1 (;@3;)
            end
            local.get 0
            local.get 1
            local.get 2
            local.get 3
            call 31
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
    (func (;86;) (type 13) (param i32 i32 i32 i32) (result i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      call 85
    )
    (func (;87;) (type 15) (param i32 i32 i32) (result i32)
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
    (data (;0;) (i32.const 1048576) "\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\10range end index \c0\22 out of range for slice of length \c0\00/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/alloc/src/str.rs\00/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/str/pattern.rs\00/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/alloc/src/raw_vec/mod.rs\00&copy_from_slice: source slice length (\c0+) does not match destination slice length (\c0\01)\00\00\00\00\ac\00\10\00O\00\00\00\cd\01\00\007\00\00\00kept-osmorphing0.1.0Every call of an OS-morphing plugin.{\22type\22:\22object\22,\22additionalProperties\22:false,\22properties\22:{\22files\22:{\22type\22:\22string\22,\22description\22:\22For the test.\22}}}files, /told\0a: /hive21keptkeyvalueprogress.cancelledclock.nowclock.elapsedregistry.openA\5cBregistry.create-keyAregistry.keysregistry.keyregistry.valuesregistry.namevregistry.remove-valueregistry.remove-keyregistry.commitregistry.setregistry.getregistry.valueB\00f\03\10\00\01\00\00\00\08\03\10\00\01\00\00\00/kept/arootfs.make-dir/kept/brootfs.write-file/kept/cbrootfs.symlink/kept/drootfs.renamerootfs.remove/keptrootfs.read-dircd\00\f1\03\10\00\01\00\00\00\f2\03\10\00\01\00\00\00rootfs.namesrootfs.read-filerootfs.bytesrootfs.read-linkrootfs.targetrootfs.statrootfs.regular/bin/trueKEYrootfs.runokwronga%a%files.read-dirfiles.entry/driverfiles.read-file/kept/driverfiles.copydrivermid > len\00c\00\10\00H\00\00\00\b1\00\00\00\16\00\00\00c\00\10\00H\00\00\00\9a\00\00\00\0a\00\00\00capacity overflow\00\00\00\fc\00\10\00P\00\00\00\1c\00\00\00\05\00\00\00\02\00\00\00")
    (@producers
      (processed-by "wit-component" "0.258.3")
      (processed-by "wit-bindgen-rust" "0.61.1")
    )
  )
  (core module $wit-component-shim-module (;1;)
    (type (;0;) (func (param i32 i32 i32 i32 i32 i32 i32)))
    (type (;1;) (func (param i32 i32 i32 i32)))
    (type (;2;) (func (param i32 i32 i32 i32 i32)))
    (type (;3;) (func (param i32 i32 i32 i32 i32 i32)))
    (type (;4;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (type (;5;) (func (param i32 i32 i64 i32 i64)))
    (type (;6;) (func (param i32 i32)))
    (type (;7;) (func (param i32 i32 i32 i32 i32 i32 i64 i32 i32 i32)))
    (type (;8;) (func (param i32 i32 i32)))
    (table (;0;) 24 24 funcref)
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
    (export "23" (func 23))
    (export "$imports" (table 0))
    (func (;0;) (type 0) (param i32 i32 i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      local.get 5
      local.get 6
      i32.const 0
      call_indirect (type 0)
    )
    (func (;1;) (type 1) (param i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 1
      call_indirect (type 1)
    )
    (func (;2;) (type 2) (param i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      i32.const 2
      call_indirect (type 2)
    )
    (func (;3;) (type 3) (param i32 i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      local.get 5
      i32.const 3
      call_indirect (type 3)
    )
    (func (;4;) (type 3) (param i32 i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      local.get 5
      i32.const 4
      call_indirect (type 3)
    )
    (func (;5;) (type 1) (param i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 5
      call_indirect (type 1)
    )
    (func (;6;) (type 1) (param i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 6
      call_indirect (type 1)
    )
    (func (;7;) (type 1) (param i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 7
      call_indirect (type 1)
    )
    (func (;8;) (type 1) (param i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 8
      call_indirect (type 1)
    )
    (func (;9;) (type 4) (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
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
      i32.const 9
      call_indirect (type 4)
    )
    (func (;10;) (type 2) (param i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      i32.const 10
      call_indirect (type 2)
    )
    (func (;11;) (type 5) (param i32 i32 i64 i32 i64)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      i32.const 11
      call_indirect (type 5)
    )
    (func (;12;) (type 1) (param i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 12
      call_indirect (type 1)
    )
    (func (;13;) (type 1) (param i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 13
      call_indirect (type 1)
    )
    (func (;14;) (type 1) (param i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 14
      call_indirect (type 1)
    )
    (func (;15;) (type 1) (param i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 15
      call_indirect (type 1)
    )
    (func (;16;) (type 3) (param i32 i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      local.get 5
      i32.const 16
      call_indirect (type 3)
    )
    (func (;17;) (type 1) (param i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      i32.const 17
      call_indirect (type 1)
    )
    (func (;18;) (type 6) (param i32 i32)
      local.get 0
      local.get 1
      i32.const 18
      call_indirect (type 6)
    )
    (func (;19;) (type 7) (param i32 i32 i32 i32 i32 i32 i64 i32 i32 i32)
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
      i32.const 19
      call_indirect (type 7)
    )
    (func (;20;) (type 3) (param i32 i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      local.get 5
      i32.const 20
      call_indirect (type 3)
    )
    (func (;21;) (type 8) (param i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      i32.const 21
      call_indirect (type 8)
    )
    (func (;22;) (type 8) (param i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      i32.const 22
      call_indirect (type 8)
    )
    (func (;23;) (type 0) (param i32 i32 i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      local.get 5
      local.get 6
      i32.const 23
      call_indirect (type 0)
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core instance $wit-component-shim-instance (;0;) (instantiate $wit-component-shim-module))
  (alias export $gyre:host/errors@0.1.0 "error" (type $"#type16 error" (@name "error") (;16;)))
  (alias export $gyre:host/rootfs@0.1.0 "rootfs" (type $"#type17 rootfs" (@name "rootfs") (;17;)))
  (alias export $gyre:plugin/types@0.1.0 "vm-spec" (type $vm-spec (;18;)))
  (alias export $gyre:plugin/types@0.1.0 "morphing" (type $morphing (;19;)))
  (type (;20;) (record (field "distribution" string) (field "version" string) (field "score" u8)))
  (type (;21;) (record (field "name" string) (field "version" string) (field "summary" string) (field "config-schema" string)))
  (alias core export $wit-component-shim-instance "0" (core func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.write-file" (;0;)))
  (alias core export $wit-component-shim-instance "1" (core func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.stat" (;1;)))
  (alias core export $wit-component-shim-instance "2" (core func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.make-dir" (;2;)))
  (alias core export $wit-component-shim-instance "3" (core func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.symlink" (;3;)))
  (alias core export $wit-component-shim-instance "4" (core func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.rename" (;4;)))
  (alias core export $wit-component-shim-instance "5" (core func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.remove" (;5;)))
  (alias core export $wit-component-shim-instance "6" (core func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.read-dir" (;6;)))
  (alias core export $wit-component-shim-instance "7" (core func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.read-file" (;7;)))
  (alias core export $wit-component-shim-instance "8" (core func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.read-link" (;8;)))
  (alias core export $wit-component-shim-instance "9" (core func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.run" (;9;)))
  (alias export $gyre:host/rootfs@0.1.0 "rootfs" (type $"#type22 rootfs" (@name "rootfs") (;22;)))
  (core func $resource.drop (;10;) (canon resource.drop $"#type22 rootfs"))
  (core instance $gyre:host/rootfs@0.1.0 (;1;)
    (export "[method]rootfs.write-file" (func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.write-file"))
    (export "[method]rootfs.stat" (func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.stat"))
    (export "[method]rootfs.make-dir" (func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.make-dir"))
    (export "[method]rootfs.symlink" (func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.symlink"))
    (export "[method]rootfs.rename" (func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.rename"))
    (export "[method]rootfs.remove" (func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.remove"))
    (export "[method]rootfs.read-dir" (func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.read-dir"))
    (export "[method]rootfs.read-file" (func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.read-file"))
    (export "[method]rootfs.read-link" (func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.read-link"))
    (export "[method]rootfs.run" (func $"indirect-gyre:host/rootfs@0.1.0-[method]rootfs.run"))
    (export "[resource-drop]rootfs" (func $resource.drop))
  )
  (alias core export $wit-component-shim-instance "10" (core func $indirect-gyre:host/log@0.1.0-write (;11;)))
  (core instance $gyre:host/log@0.1.0 (;2;)
    (export "write" (func $indirect-gyre:host/log@0.1.0-write))
  )
  (alias core export $wit-component-shim-instance "11" (core func $indirect-gyre:host/progress@0.1.0-report (;12;)))
  (alias export $gyre:host/progress@0.1.0 "cancelled" (func $cancelled (;0;)))
  (core func $cancelled (;13;) (canon lower (func $cancelled)))
  (core instance $gyre:host/progress@0.1.0 (;3;)
    (export "report" (func $indirect-gyre:host/progress@0.1.0-report))
    (export "cancelled" (func $cancelled))
  )
  (alias export $gyre:host/clock@0.1.0 "now" (func $now (;1;)))
  (core func $now (;14;) (canon lower (func $now)))
  (alias export $gyre:host/clock@0.1.0 "sleep" (func $sleep (;2;)))
  (core func $sleep (;15;) (canon lower (func $sleep)))
  (alias export $gyre:host/clock@0.1.0 "elapsed" (func $elapsed (;3;)))
  (core func $elapsed (;16;) (canon lower (func $elapsed)))
  (core instance $gyre:host/clock@0.1.0 (;4;)
    (export "now" (func $now))
    (export "sleep" (func $sleep))
    (export "elapsed" (func $elapsed))
  )
  (alias core export $wit-component-shim-instance "12" (core func $"indirect-gyre:host/registry@0.1.0-[static]hive.open" (;17;)))
  (alias core export $wit-component-shim-instance "13" (core func $"indirect-gyre:host/registry@0.1.0-[method]hive.create-key" (;18;)))
  (alias core export $wit-component-shim-instance "14" (core func $"indirect-gyre:host/registry@0.1.0-[method]hive.keys" (;19;)))
  (alias core export $wit-component-shim-instance "15" (core func $"indirect-gyre:host/registry@0.1.0-[method]hive.values" (;20;)))
  (alias core export $wit-component-shim-instance "16" (core func $"indirect-gyre:host/registry@0.1.0-[method]hive.remove-value" (;21;)))
  (alias core export $wit-component-shim-instance "17" (core func $"indirect-gyre:host/registry@0.1.0-[method]hive.remove-key" (;22;)))
  (alias core export $wit-component-shim-instance "18" (core func $"indirect-gyre:host/registry@0.1.0-[method]hive.commit" (;23;)))
  (alias export $gyre:host/registry@0.1.0 "hive" (type $hive (;23;)))
  (core func $"#core-func24 resource.drop" (@name "resource.drop") (;24;) (canon resource.drop $hive))
  (alias core export $wit-component-shim-instance "19" (core func $"indirect-gyre:host/registry@0.1.0-[method]hive.set" (;25;)))
  (alias core export $wit-component-shim-instance "20" (core func $"indirect-gyre:host/registry@0.1.0-[method]hive.get" (;26;)))
  (core instance $gyre:host/registry@0.1.0 (;5;)
    (export "[static]hive.open" (func $"indirect-gyre:host/registry@0.1.0-[static]hive.open"))
    (export "[method]hive.create-key" (func $"indirect-gyre:host/registry@0.1.0-[method]hive.create-key"))
    (export "[method]hive.keys" (func $"indirect-gyre:host/registry@0.1.0-[method]hive.keys"))
    (export "[method]hive.values" (func $"indirect-gyre:host/registry@0.1.0-[method]hive.values"))
    (export "[method]hive.remove-value" (func $"indirect-gyre:host/registry@0.1.0-[method]hive.remove-value"))
    (export "[method]hive.remove-key" (func $"indirect-gyre:host/registry@0.1.0-[method]hive.remove-key"))
    (export "[method]hive.commit" (func $"indirect-gyre:host/registry@0.1.0-[method]hive.commit"))
    (export "[resource-drop]hive" (func $"#core-func24 resource.drop"))
    (export "[method]hive.set" (func $"indirect-gyre:host/registry@0.1.0-[method]hive.set"))
    (export "[method]hive.get" (func $"indirect-gyre:host/registry@0.1.0-[method]hive.get"))
  )
  (alias core export $wit-component-shim-instance "21" (core func $indirect-gyre:host/files@0.1.0-read-dir (;27;)))
  (alias core export $wit-component-shim-instance "22" (core func $indirect-gyre:host/files@0.1.0-read-file (;28;)))
  (alias core export $wit-component-shim-instance "23" (core func $indirect-gyre:host/files@0.1.0-copy (;29;)))
  (core instance $gyre:host/files@0.1.0 (;6;)
    (export "read-dir" (func $indirect-gyre:host/files@0.1.0-read-dir))
    (export "read-file" (func $indirect-gyre:host/files@0.1.0-read-file))
    (export "copy" (func $indirect-gyre:host/files@0.1.0-copy))
  )
  (core instance $main (;7;) (instantiate $main
      (with "gyre:host/rootfs@0.1.0" (instance $gyre:host/rootfs@0.1.0))
      (with "gyre:host/log@0.1.0" (instance $gyre:host/log@0.1.0))
      (with "gyre:host/progress@0.1.0" (instance $gyre:host/progress@0.1.0))
      (with "gyre:host/clock@0.1.0" (instance $gyre:host/clock@0.1.0))
      (with "gyre:host/registry@0.1.0" (instance $gyre:host/registry@0.1.0))
      (with "gyre:host/files@0.1.0" (instance $gyre:host/files@0.1.0))
    )
  )
  (alias core export $main "memory" (core memory $memory (;0;)))
  (core module $wit-component-fixup (;2;)
    (type (;0;) (func (param i32 i32 i32 i32 i32 i32 i32)))
    (type (;1;) (func (param i32 i32 i32 i32)))
    (type (;2;) (func (param i32 i32 i32 i32 i32)))
    (type (;3;) (func (param i32 i32 i32 i32 i32 i32)))
    (type (;4;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (type (;5;) (func (param i32 i32 i64 i32 i64)))
    (type (;6;) (func (param i32 i32)))
    (type (;7;) (func (param i32 i32 i32 i32 i32 i32 i64 i32 i32 i32)))
    (type (;8;) (func (param i32 i32 i32)))
    (import "actual" "0" (func (;0;) (type 0)))
    (import "actual" "1" (func (;1;) (type 1)))
    (import "actual" "2" (func (;2;) (type 2)))
    (import "actual" "3" (func (;3;) (type 3)))
    (import "actual" "4" (func (;4;) (type 3)))
    (import "actual" "5" (func (;5;) (type 1)))
    (import "actual" "6" (func (;6;) (type 1)))
    (import "actual" "7" (func (;7;) (type 1)))
    (import "actual" "8" (func (;8;) (type 1)))
    (import "actual" "9" (func (;9;) (type 4)))
    (import "actual" "10" (func (;10;) (type 2)))
    (import "actual" "11" (func (;11;) (type 5)))
    (import "actual" "12" (func (;12;) (type 1)))
    (import "actual" "13" (func (;13;) (type 1)))
    (import "actual" "14" (func (;14;) (type 1)))
    (import "actual" "15" (func (;15;) (type 1)))
    (import "actual" "16" (func (;16;) (type 3)))
    (import "actual" "17" (func (;17;) (type 1)))
    (import "actual" "18" (func (;18;) (type 6)))
    (import "actual" "19" (func (;19;) (type 7)))
    (import "actual" "20" (func (;20;) (type 3)))
    (import "actual" "21" (func (;21;) (type 8)))
    (import "actual" "22" (func (;22;) (type 8)))
    (import "actual" "23" (func (;23;) (type 0)))
    (import "shim" "$imports" (table (;0;) 24 24 funcref))
    (elem (;0;) (i32.const 0) func 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23)
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (alias export $gyre:host/rootfs@0.1.0 "[method]rootfs.write-file" (func $"[method]rootfs.write-file" (;4;)))
  (alias core export $main "cabi_realloc" (core func $cabi_realloc (;30;)))
  (core func $"#core-func31 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.write-file" (@name "indirect-gyre:host/rootfs@0.1.0-[method]rootfs.write-file") (;31;) (canon lower (func $"[method]rootfs.write-file") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/rootfs@0.1.0 "[method]rootfs.stat" (func $"[method]rootfs.stat" (;5;)))
  (core func $"#core-func32 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.stat" (@name "indirect-gyre:host/rootfs@0.1.0-[method]rootfs.stat") (;32;) (canon lower (func $"[method]rootfs.stat") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/rootfs@0.1.0 "[method]rootfs.make-dir" (func $"[method]rootfs.make-dir" (;6;)))
  (core func $"#core-func33 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.make-dir" (@name "indirect-gyre:host/rootfs@0.1.0-[method]rootfs.make-dir") (;33;) (canon lower (func $"[method]rootfs.make-dir") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/rootfs@0.1.0 "[method]rootfs.symlink" (func $"[method]rootfs.symlink" (;7;)))
  (core func $"#core-func34 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.symlink" (@name "indirect-gyre:host/rootfs@0.1.0-[method]rootfs.symlink") (;34;) (canon lower (func $"[method]rootfs.symlink") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/rootfs@0.1.0 "[method]rootfs.rename" (func $"[method]rootfs.rename" (;8;)))
  (core func $"#core-func35 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.rename" (@name "indirect-gyre:host/rootfs@0.1.0-[method]rootfs.rename") (;35;) (canon lower (func $"[method]rootfs.rename") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/rootfs@0.1.0 "[method]rootfs.remove" (func $"[method]rootfs.remove" (;9;)))
  (core func $"#core-func36 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.remove" (@name "indirect-gyre:host/rootfs@0.1.0-[method]rootfs.remove") (;36;) (canon lower (func $"[method]rootfs.remove") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/rootfs@0.1.0 "[method]rootfs.read-dir" (func $"[method]rootfs.read-dir" (;10;)))
  (core func $"#core-func37 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.read-dir" (@name "indirect-gyre:host/rootfs@0.1.0-[method]rootfs.read-dir") (;37;) (canon lower (func $"[method]rootfs.read-dir") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/rootfs@0.1.0 "[method]rootfs.read-file" (func $"[method]rootfs.read-file" (;11;)))
  (core func $"#core-func38 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.read-file" (@name "indirect-gyre:host/rootfs@0.1.0-[method]rootfs.read-file") (;38;) (canon lower (func $"[method]rootfs.read-file") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/rootfs@0.1.0 "[method]rootfs.read-link" (func $"[method]rootfs.read-link" (;12;)))
  (core func $"#core-func39 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.read-link" (@name "indirect-gyre:host/rootfs@0.1.0-[method]rootfs.read-link") (;39;) (canon lower (func $"[method]rootfs.read-link") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/rootfs@0.1.0 "[method]rootfs.run" (func $"[method]rootfs.run" (;13;)))
  (core func $"#core-func40 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.run" (@name "indirect-gyre:host/rootfs@0.1.0-[method]rootfs.run") (;40;) (canon lower (func $"[method]rootfs.run") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/log@0.1.0 "write" (func $write (;14;)))
  (core func $"#core-func41 indirect-gyre:host/log@0.1.0-write" (@name "indirect-gyre:host/log@0.1.0-write") (;41;) (canon lower (func $write) (memory $memory) string-encoding=utf8))
  (alias export $gyre:host/progress@0.1.0 "report" (func $report (;15;)))
  (core func $"#core-func42 indirect-gyre:host/progress@0.1.0-report" (@name "indirect-gyre:host/progress@0.1.0-report") (;42;) (canon lower (func $report) (memory $memory) string-encoding=utf8))
  (alias export $gyre:host/registry@0.1.0 "[static]hive.open" (func $"[static]hive.open" (;16;)))
  (core func $"#core-func43 indirect-gyre:host/registry@0.1.0-[static]hive.open" (@name "indirect-gyre:host/registry@0.1.0-[static]hive.open") (;43;) (canon lower (func $"[static]hive.open") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/registry@0.1.0 "[method]hive.create-key" (func $"[method]hive.create-key" (;17;)))
  (core func $"#core-func44 indirect-gyre:host/registry@0.1.0-[method]hive.create-key" (@name "indirect-gyre:host/registry@0.1.0-[method]hive.create-key") (;44;) (canon lower (func $"[method]hive.create-key") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/registry@0.1.0 "[method]hive.keys" (func $"[method]hive.keys" (;18;)))
  (core func $"#core-func45 indirect-gyre:host/registry@0.1.0-[method]hive.keys" (@name "indirect-gyre:host/registry@0.1.0-[method]hive.keys") (;45;) (canon lower (func $"[method]hive.keys") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/registry@0.1.0 "[method]hive.values" (func $"[method]hive.values" (;19;)))
  (core func $"#core-func46 indirect-gyre:host/registry@0.1.0-[method]hive.values" (@name "indirect-gyre:host/registry@0.1.0-[method]hive.values") (;46;) (canon lower (func $"[method]hive.values") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/registry@0.1.0 "[method]hive.remove-value" (func $"[method]hive.remove-value" (;20;)))
  (core func $"#core-func47 indirect-gyre:host/registry@0.1.0-[method]hive.remove-value" (@name "indirect-gyre:host/registry@0.1.0-[method]hive.remove-value") (;47;) (canon lower (func $"[method]hive.remove-value") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/registry@0.1.0 "[method]hive.remove-key" (func $"[method]hive.remove-key" (;21;)))
  (core func $"#core-func48 indirect-gyre:host/registry@0.1.0-[method]hive.remove-key" (@name "indirect-gyre:host/registry@0.1.0-[method]hive.remove-key") (;48;) (canon lower (func $"[method]hive.remove-key") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/registry@0.1.0 "[method]hive.commit" (func $"[method]hive.commit" (;22;)))
  (core func $"#core-func49 indirect-gyre:host/registry@0.1.0-[method]hive.commit" (@name "indirect-gyre:host/registry@0.1.0-[method]hive.commit") (;49;) (canon lower (func $"[method]hive.commit") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/registry@0.1.0 "[method]hive.set" (func $"[method]hive.set" (;23;)))
  (core func $"#core-func50 indirect-gyre:host/registry@0.1.0-[method]hive.set" (@name "indirect-gyre:host/registry@0.1.0-[method]hive.set") (;50;) (canon lower (func $"[method]hive.set") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/registry@0.1.0 "[method]hive.get" (func $"[method]hive.get" (;24;)))
  (core func $"#core-func51 indirect-gyre:host/registry@0.1.0-[method]hive.get" (@name "indirect-gyre:host/registry@0.1.0-[method]hive.get") (;51;) (canon lower (func $"[method]hive.get") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/files@0.1.0 "read-dir" (func $read-dir (;25;)))
  (core func $"#core-func52 indirect-gyre:host/files@0.1.0-read-dir" (@name "indirect-gyre:host/files@0.1.0-read-dir") (;52;) (canon lower (func $read-dir) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/files@0.1.0 "read-file" (func $read-file (;26;)))
  (core func $"#core-func53 indirect-gyre:host/files@0.1.0-read-file" (@name "indirect-gyre:host/files@0.1.0-read-file") (;53;) (canon lower (func $read-file) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/files@0.1.0 "copy" (func $copy (;27;)))
  (core func $"#core-func54 indirect-gyre:host/files@0.1.0-copy" (@name "indirect-gyre:host/files@0.1.0-copy") (;54;) (canon lower (func $copy) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (core instance $actual (;8;)
    (export "0" (func $"#core-func31 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.write-file"))
    (export "1" (func $"#core-func32 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.stat"))
    (export "2" (func $"#core-func33 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.make-dir"))
    (export "3" (func $"#core-func34 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.symlink"))
    (export "4" (func $"#core-func35 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.rename"))
    (export "5" (func $"#core-func36 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.remove"))
    (export "6" (func $"#core-func37 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.read-dir"))
    (export "7" (func $"#core-func38 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.read-file"))
    (export "8" (func $"#core-func39 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.read-link"))
    (export "9" (func $"#core-func40 indirect-gyre:host/rootfs@0.1.0-[method]rootfs.run"))
    (export "10" (func $"#core-func41 indirect-gyre:host/log@0.1.0-write"))
    (export "11" (func $"#core-func42 indirect-gyre:host/progress@0.1.0-report"))
    (export "12" (func $"#core-func43 indirect-gyre:host/registry@0.1.0-[static]hive.open"))
    (export "13" (func $"#core-func44 indirect-gyre:host/registry@0.1.0-[method]hive.create-key"))
    (export "14" (func $"#core-func45 indirect-gyre:host/registry@0.1.0-[method]hive.keys"))
    (export "15" (func $"#core-func46 indirect-gyre:host/registry@0.1.0-[method]hive.values"))
    (export "16" (func $"#core-func47 indirect-gyre:host/registry@0.1.0-[method]hive.remove-value"))
    (export "17" (func $"#core-func48 indirect-gyre:host/registry@0.1.0-[method]hive.remove-key"))
    (export "18" (func $"#core-func49 indirect-gyre:host/registry@0.1.0-[method]hive.commit"))
    (export "19" (func $"#core-func50 indirect-gyre:host/registry@0.1.0-[method]hive.set"))
    (export "20" (func $"#core-func51 indirect-gyre:host/registry@0.1.0-[method]hive.get"))
    (export "21" (func $"#core-func52 indirect-gyre:host/files@0.1.0-read-dir"))
    (export "22" (func $"#core-func53 indirect-gyre:host/files@0.1.0-read-file"))
    (export "23" (func $"#core-func54 indirect-gyre:host/files@0.1.0-copy"))
  )
  (core instance $fixup (;9;) (instantiate $wit-component-fixup
      (with "actual" (instance $actual))
      (with "shim" (instance $wit-component-shim-instance))
    )
  )
  (type (;24;) (borrow $"#type17 rootfs"))
  (type (;25;) (option 20))
  (type (;26;) (result 25 (error $"#type16 error")))
  (type (;27;) (func (param "root" 24) (result 26)))
  (alias core export $main "gyre:plugin/osmorphing@0.1.0#detect" (core func $gyre:plugin/osmorphing@0.1.0#detect (;55;)))
  (alias core export $main "cabi_post_gyre:plugin/osmorphing@0.1.0#detect" (core func $cabi_post_gyre:plugin/osmorphing@0.1.0#detect (;56;)))
  (func $detect (;28;) (type 27) (canon lift (core func $gyre:plugin/osmorphing@0.1.0#detect) (memory $memory) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/osmorphing@0.1.0#detect)))
  (type (;28;) (result (error $"#type16 error")))
  (type (;29;) (func (param "root" 24) (param "vm" $vm-spec) (param "morphing" $morphing) (param "config" string) (result 28)))
  (alias core export $main "gyre:plugin/osmorphing@0.1.0#morph" (core func $gyre:plugin/osmorphing@0.1.0#morph (;57;)))
  (alias core export $main "cabi_post_gyre:plugin/osmorphing@0.1.0#morph" (core func $cabi_post_gyre:plugin/osmorphing@0.1.0#morph (;58;)))
  (func $morph (;29;) (type 29) (canon lift (core func $gyre:plugin/osmorphing@0.1.0#morph) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/osmorphing@0.1.0#morph)))
  (alias export $gyre:host/errors@0.1.0 "error-kind" (type $error-kind (;30;)))
  (alias export $gyre:plugin/types@0.1.0 "firmware" (type $firmware (;31;)))
  (alias export $gyre:plugin/types@0.1.0 "os-type" (type $os-type (;32;)))
  (alias export $gyre:plugin/types@0.1.0 "disk-spec" (type $disk-spec (;33;)))
  (alias export $gyre:plugin/types@0.1.0 "nic-spec" (type $nic-spec (;34;)))
  (component $gyre:plugin/osmorphing@0.1.0-shim-component (;0;)
    (type (;0;) (enum "invalid" "denied" "not-found" "conflict" "unavailable" "cancelled" "other"))
    (import "import-type-error-kind" (type (;1;) (eq 0)))
    (type (;2;) (list string))
    (type (;3;) (record (field "kind" 1) (field "code" string) (field "message" string) (field "causes" 2)))
    (import "import-type-error" (type (;4;) (eq 3)))
    (import "import-type-rootfs" (type (;5;) (sub resource)))
    (type (;6;) (enum "bios" "uefi"))
    (import "import-type-firmware" (type (;7;) (eq 6)))
    (type (;8;) (enum "linux" "windows" "bsd" "other" "unknown"))
    (import "import-type-os-type" (type (;9;) (eq 8)))
    (type (;10;) (option string))
    (type (;11;) (record (field "id" string) (field "size" u64) (field "position" u32) (field "bus" string) (field "backend" 10) (field "shareable" bool)))
    (import "import-type-disk-spec" (type (;12;) (eq 11)))
    (type (;13;) (record (field "id" string) (field "mac" 10) (field "network" string) (field "addresses" 2)))
    (import "import-type-nic-spec" (type (;14;) (eq 13)))
    (type (;15;) (option u32))
    (type (;16;) (list 12))
    (type (;17;) (list 14))
    (type (;18;) (record (field "id" string) (field "name" string) (field "hostname" 10) (field "vcpus" u32) (field "cores-per-socket" 15) (field "memory-mib" u64) (field "firmware" 7) (field "secure-boot" bool) (field "tpm" bool) (field "os-type" 9) (field "os-hint" 10) (field "host" 10) (field "public-address" 10) (field "disks" 16) (field "nics" 17)))
    (import "import-type-vm-spec" (type (;19;) (eq 18)))
    (type (;20;) (list 10))
    (type (;21;) (record (field "hypervisor" 10) (field "set-dhcp" bool) (field "macs" 20)))
    (import "import-type-morphing" (type (;22;) (eq 21)))
    (import "import-type-rootfs0" (type (;23;) (eq 5)))
    (type (;24;) (borrow 23))
    (type (;25;) (record (field "distribution" string) (field "version" string) (field "score" u8)))
    (import "import-type-os-match" (type (;26;) (eq 25)))
    (type (;27;) (option 26))
    (import "import-type-error0" (type (;28;) (eq 4)))
    (type (;29;) (result 27 (error 28)))
    (type (;30;) (func (param "root" 24) (result 29)))
    (import "import-func-detect" (func (;0;) (type 30)))
    (import "import-type-vm-spec0" (type (;31;) (eq 19)))
    (import "import-type-morphing0" (type (;32;) (eq 22)))
    (type (;33;) (result (error 28)))
    (type (;34;) (func (param "root" 24) (param "vm" 31) (param "morphing" 32) (param "config" string) (result 33)))
    (import "import-func-morph" (func (;1;) (type 34)))
    (export (;35;) "error" (type 4))
    (export (;36;) "rootfs" (type 5))
    (export (;37;) "vm-spec" (type 19))
    (export (;38;) "morphing" (type 22))
    (type (;39;) (record (field "distribution" string) (field "version" string) (field "score" u8)))
    (export (;40;) "os-match" (type 39))
    (type (;41;) (borrow 36))
    (type (;42;) (option 40))
    (type (;43;) (result 42 (error 35)))
    (type (;44;) (func (param "root" 41) (result 43)))
    (export (;2;) "detect" (func 0) (func (type 44)))
    (type (;45;) (result (error 35)))
    (type (;46;) (func (param "root" 41) (param "vm" 37) (param "morphing" 38) (param "config" string) (result 45)))
    (export (;3;) "morph" (func 1) (func (type 46)))
  )
  (instance $gyre:plugin/osmorphing@0.1.0-shim-instance (;9;) (instantiate $gyre:plugin/osmorphing@0.1.0-shim-component
      (with "import-func-detect" (func $detect))
      (with "import-func-morph" (func $morph))
      (with "import-type-error-kind" (type $error-kind))
      (with "import-type-error" (type $"#type16 error"))
      (with "import-type-rootfs" (type $"#type17 rootfs"))
      (with "import-type-firmware" (type $firmware))
      (with "import-type-os-type" (type $os-type))
      (with "import-type-disk-spec" (type $disk-spec))
      (with "import-type-nic-spec" (type $nic-spec))
      (with "import-type-vm-spec" (type $vm-spec))
      (with "import-type-morphing" (type $morphing))
      (with "import-type-rootfs0" (type $"#type17 rootfs"))
      (with "import-type-os-match" (type 20))
      (with "import-type-error0" (type $"#type16 error"))
      (with "import-type-vm-spec0" (type $vm-spec))
      (with "import-type-morphing0" (type $morphing))
    )
  )
  (export $gyre:plugin/osmorphing@0.1.0 (;10;) "gyre:plugin/osmorphing@0.1.0" (instance $gyre:plugin/osmorphing@0.1.0-shim-instance))
  (type (;35;) (func (result 21)))
  (alias core export $main "gyre:plugin/metadata@0.1.0#describe" (core func $gyre:plugin/metadata@0.1.0#describe (;59;)))
  (alias core export $main "cabi_post_gyre:plugin/metadata@0.1.0#describe" (core func $cabi_post_gyre:plugin/metadata@0.1.0#describe (;60;)))
  (func $describe (;30;) (type 35) (canon lift (core func $gyre:plugin/metadata@0.1.0#describe) (memory $memory) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/metadata@0.1.0#describe)))
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
  (instance $gyre:plugin/metadata@0.1.0-shim-instance (;11;) (instantiate $gyre:plugin/metadata@0.1.0-shim-component
      (with "import-func-describe" (func $describe))
      (with "import-type-description" (type 21))
    )
  )
  (export $gyre:plugin/metadata@0.1.0 (;12;) "gyre:plugin/metadata@0.1.0" (instance $gyre:plugin/metadata@0.1.0-shim-instance))
  (@producers
    (processed-by "wit-component" "0.263.0")
  )
)
