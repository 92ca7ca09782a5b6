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
  (alias export $gyre:host/errors@0.1.0 "error" (type $"#type3 error" (@name "error") (;3;)))
  (alias export $gyre:host/secrets@0.1.0 "secret" (type $secret (;4;)))
  (type $ty-gyre:host/http@0.1.0 (;5;)
    (instance
      (export (;0;) "endpoint" (type (sub resource)))
      (type (;1;) (option string))
      (type (;2;) (record (field "roots" 1) (field "pinned" 1)))
      (export (;3;) "tls" (type (eq 2)))
      (alias outer 1 $"#type3 error" (type (;4;)))
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
  (import "gyre:host/http@0.1.0" (instance $gyre:host/http@0.1.0 (;2;) (type $ty-gyre:host/http@0.1.0)))
  (type $ty-gyre:host/log@0.1.0 (;6;)
    (instance
      (type (;0;) (enum "trace" "debug" "info" "warn" "error"))
      (export (;1;) "level" (type (eq 0)))
      (type (;2;) (tuple string string))
      (type (;3;) (list 2))
      (type (;4;) (func (param "level" 1) (param "message" string) (param "fields" 3)))
      (export (;0;) "write" (func (type 4)))
    )
  )
  (import "gyre:host/log@0.1.0" (instance $gyre:host/log@0.1.0 (;3;) (type $ty-gyre:host/log@0.1.0)))
  (type $ty-gyre:host/progress@0.1.0 (;7;)
    (instance
      (type (;0;) (option u64))
      (type (;1;) (func (param "phase" string) (param "done" u64) (param "total" 0)))
      (export (;0;) "report" (func (type 1)))
      (type (;2;) (func (result bool)))
      (export (;1;) "cancelled" (func (type 2)))
    )
  )
  (import "gyre:host/progress@0.1.0" (instance $gyre:host/progress@0.1.0 (;4;) (type $ty-gyre:host/progress@0.1.0)))
  (type $ty-gyre:host/clock@0.1.0 (;8;)
    (instance
      (type (;0;) (func (result u64)))
      (export (;0;) "now" (func (type 0)))
      (export (;1;) "elapsed" (func (type 0)))
      (type (;1;) (func (param "milliseconds" u32)))
      (export (;2;) "sleep" (func (type 1)))
    )
  )
  (import "gyre:host/clock@0.1.0" (instance $gyre:host/clock@0.1.0 (;5;) (type $ty-gyre:host/clock@0.1.0)))
  (type $ty-gyre:plugin/types@0.1.0 (;9;)
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
      (type (;26;) (record (field "id" string) (field "name" string)))
      (export (;27;) "choice" (type (eq 26)))
      (type (;28;) (list 27))
      (type (;29;) (record (field "option-name" string) (field "values" 28) (field "refused" 4)))
      (export (;30;) "choices" (type (eq 29)))
      (type (;31;) (list 4))
      (type (;32;) (record (field "hypervisor" 4) (field "set-dhcp" bool) (field "macs" 31)))
      (export (;33;) "morphing" (type (eq 32)))
      (type (;34;) (option u64))
      (type (;35;) (record (field "kind" string) (field "id" string) (field "name" string) (field "token" string) (field "made-ms" 34)))
      (export (;36;) "marked" (type (eq 35)))
      (type (;37;) (list 36))
      (type (;38;) (record (field "marked" 37) (field "next" 4)))
      (export (;39;) "marked-page" (type (eq 38)))
    )
  )
  (import "gyre:plugin/types@0.1.0" (instance $gyre:plugin/types@0.1.0 (;6;) (type $ty-gyre:plugin/types@0.1.0)))
  (core module $main (;0;)
    (type (;0;) (func (param i32 i32 i32 i32 i32)))
    (type (;1;) (func (param i32 i32 i64 i32 i64)))
    (type (;2;) (func (result i32)))
    (type (;3;) (func (result i64)))
    (type (;4;) (func (param i32)))
    (type (;5;) (func (param i32 i32 i32)))
    (type (;6;) (func (param i32 i32)))
    (type (;7;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (type (;8;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (type (;9;) (func))
    (type (;10;) (func (param i32 i32 i32 i32) (result i32)))
    (type (;11;) (func (param i32 i32) (result i32)))
    (type (;12;) (func (param i32 i32 i32 i32)))
    (type (;13;) (func (param i32 i32 i32 i32 i32 i32)))
    (type (;14;) (func (param i32) (result i32)))
    (type (;15;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (type (;16;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (type (;17;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (type (;18;) (func (param i32 i32 i32 i32 i32) (result i32)))
    (type (;19;) (func (param i32 i32 i32) (result i32)))
    (import "gyre:host/log@0.1.0" "write" (func (;0;) (type 0)))
    (import "gyre:host/progress@0.1.0" "report" (func (;1;) (type 1)))
    (import "gyre:host/progress@0.1.0" "cancelled" (func (;2;) (type 2)))
    (import "gyre:host/clock@0.1.0" "now" (func (;3;) (type 3)))
    (import "gyre:host/clock@0.1.0" "sleep" (func (;4;) (type 4)))
    (import "gyre:host/clock@0.1.0" "elapsed" (func (;5;) (type 3)))
    (import "gyre:host/secrets@0.1.0" "[static]secret.generate-ssh-key" (func (;6;) (type 5)))
    (import "gyre:host/secrets@0.1.0" "[static]secret.generate-host-key" (func (;7;) (type 5)))
    (import "gyre:host/secrets@0.1.0" "[static]secret.generate-winrm-login" (func (;8;) (type 5)))
    (import "gyre:host/secrets@0.1.0" "[static]secret.open" (func (;9;) (type 5)))
    (import "gyre:host/secrets@0.1.0" "[method]secret.reveal" (func (;10;) (type 6)))
    (import "gyre:host/http@0.1.0" "[static]endpoint.open" (func (;11;) (type 7)))
    (import "gyre:host/http@0.1.0" "[method]endpoint.authorize" (func (;12;) (type 0)))
    (import "gyre:host/http@0.1.0" "[method]endpoint.substitute" (func (;13;) (type 0)))
    (import "gyre:host/http@0.1.0" "[method]endpoint.send" (func (;14;) (type 8)))
    (import "gyre:host/http@0.1.0" "[method]endpoint.local-address" (func (;15;) (type 6)))
    (import "gyre:host/http@0.1.0" "[resource-drop]endpoint" (func (;16;) (type 4)))
    (import "gyre:host/secrets@0.1.0" "[resource-drop]secret" (func (;17;) (type 4)))
    (table (;0;) 3 3 funcref)
    (memory (;0;) 17)
    (global (;0;) (mut i32) i32.const 1048576)
    (global (;1;) i32 i32.const 1049849)
    (global (;2;) i32 i32.const 1049856)
    (export "memory" (memory 0))
    (export "cabi_post_gyre:plugin/destination@0.1.0#check" (func 58))
    (export "gyre:plugin/destination@0.1.0#check" (func 59))
    (export "gyre:plugin/destination@0.1.0#describe-disks" (func 62))
    (export "gyre:plugin/destination@0.1.0#describe-instance" (func 63))
    (export "gyre:plugin/destination@0.1.0#describe-worker" (func 64))
    (export "gyre:plugin/destination@0.1.0#ensure-checkpoint" (func 65))
    (export "gyre:plugin/destination@0.1.0#ensure-clone" (func 66))
    (export "gyre:plugin/destination@0.1.0#ensure-disks" (func 67))
    (export "gyre:plugin/destination@0.1.0#ensure-instance" (func 68))
    (export "gyre:plugin/destination@0.1.0#ensure-worker" (func 69))
    (export "gyre:plugin/destination@0.1.0#list-marked" (func 70))
    (export "gyre:plugin/destination@0.1.0#options" (func 71))
    (export "gyre:plugin/destination@0.1.0#plan-morphing" (func 73))
    (export "gyre:plugin/destination@0.1.0#remove-instance" (func 74))
    (export "gyre:plugin/destination@0.1.0#remove-marked" (func 75))
    (export "gyre:plugin/destination@0.1.0#worker-console" (func 76))
    (export "gyre:plugin/metadata@0.1.0#describe" (func 77))
    (export "cabi_realloc_wit_bindgen_0_61_1" (func 81))
    (export "cabi_realloc" (func 82))
    (export "cabi_post_gyre:plugin/destination@0.1.0#describe-disks" (func 58))
    (export "cabi_post_gyre:plugin/destination@0.1.0#describe-instance" (func 58))
    (export "cabi_post_gyre:plugin/destination@0.1.0#describe-worker" (func 58))
    (export "cabi_post_gyre:plugin/destination@0.1.0#ensure-checkpoint" (func 58))
    (export "cabi_post_gyre:plugin/destination@0.1.0#ensure-clone" (func 58))
    (export "cabi_post_gyre:plugin/destination@0.1.0#ensure-disks" (func 58))
    (export "cabi_post_gyre:plugin/destination@0.1.0#ensure-instance" (func 58))
    (export "cabi_post_gyre:plugin/destination@0.1.0#ensure-worker" (func 58))
    (export "cabi_post_gyre:plugin/destination@0.1.0#list-marked" (func 58))
    (export "cabi_post_gyre:plugin/destination@0.1.0#options" (func 58))
    (export "cabi_post_gyre:plugin/destination@0.1.0#plan-morphing" (func 58))
    (export "cabi_post_gyre:plugin/destination@0.1.0#remove-checkpoint" (func 58))
    (export "cabi_post_gyre:plugin/destination@0.1.0#remove-clone" (func 58))
    (export "cabi_post_gyre:plugin/destination@0.1.0#remove-disks" (func 58))
    (export "cabi_post_gyre:plugin/destination@0.1.0#remove-instance" (func 58))
    (export "cabi_post_gyre:plugin/destination@0.1.0#remove-marked" (func 58))
    (export "cabi_post_gyre:plugin/destination@0.1.0#remove-worker" (func 58))
    (export "cabi_post_gyre:plugin/destination@0.1.0#restore-checkpoint" (func 58))
    (export "cabi_post_gyre:plugin/destination@0.1.0#worker-console" (func 58))
    (export "cabi_post_gyre:plugin/metadata@0.1.0#describe" (func 58))
    (export "gyre:plugin/destination@0.1.0#remove-checkpoint" (func 65))
    (export "gyre:plugin/destination@0.1.0#remove-clone" (func 65))
    (export "gyre:plugin/destination@0.1.0#remove-disks" (func 65))
    (export "gyre:plugin/destination@0.1.0#remove-worker" (func 65))
    (export "gyre:plugin/destination@0.1.0#restore-checkpoint" (func 65))
    (export "__data_end" (global 1))
    (export "__heap_base" (global 2))
    (elem (;0;) (i32.const 1) func 32 82)
    (func (;18;) (type 9))
    (func (;19;) (type 10) (param i32 i32 i32 i32) (result i32)
      block ;; label = @1
        local.get 2
        local.get 3
        call 20
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
    (func (;20;) (type 11) (param i32 i32) (result i32)
      (local i32)
      block ;; label = @1
        i32.const 0
        i32.load offset=1049752
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
      i32.store offset=1049752
      local.get 2
    )
    (func (;21;) (type 11) (param i32 i32) (result i32)
      block ;; label = @1
        local.get 1
        i32.eqz
        br_if 0 (;@1;)
        local.get 0
        local.get 1
        call 20
        local.set 0
      end
      local.get 0
    )
    (func (;22;) (type 11) (param i32 i32) (result i32)
      block ;; label = @1
        local.get 0
        local.get 1
        call 21
        local.tee 0
        br_if 0 (;@1;)
        local.get 1
        call 23
        unreachable
      end
      local.get 0
    )
    (func (;23;) (type 4) (param i32)
      local.get 0
      call 78
      unreachable
    )
    (func (;24;) (type 6) (param i32 i32)
      local.get 0
      local.get 1
      i32.load
      local.get 1
      i32.load offset=4
      call 25
      local.get 0
      i32.const 1
      i32.store8 offset=36
      local.get 0
      i32.const -2147483648
      i32.store offset=24
      local.get 0
      local.get 1
      i64.load offset=8 align=4
      i64.store offset=12 align=4
      local.get 0
      local.get 1
      i32.load offset=16
      i32.store offset=20
    )
    (func (;25;) (type 5) (param i32 i32 i32)
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
      call 40
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
    (func (;26;) (type 5) (param i32 i32 i32)
      local.get 0
      i32.const 8
      i32.add
      local.get 1
      local.get 2
      i32.const 1049231
      i32.const 1
      call 27
      local.get 0
      i64.const -9223372034707292160
      i64.store align=4
    )
    (func (;27;) (type 0) (param i32 i32 i32 i32 i32)
      (local i32 i32 i32 i32 i32 i32 i32 i32)
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
      local.tee 7
      i32.const -8
      i32.add
      i32.const 3
      i32.shr_u
      local.get 4
      i32.mul
      local.set 8
      local.get 7
      local.set 2
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
        call 39
        unreachable
      end
      local.get 5
      i32.const 8
      i32.add
      local.get 8
      i32.const 1
      i32.const 1
      call 40
      i32.const 0
      local.set 9
      local.get 5
      i32.const 0
      i32.store offset=28
      local.get 5
      local.get 5
      i32.load offset=12
      local.tee 10
      i32.store offset=24
      local.get 5
      local.get 5
      i32.load offset=8
      local.tee 11
      i32.store offset=20
      local.get 1
      i32.load
      local.set 12
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            local.get 1
            i32.load offset=4
            local.tee 2
            local.get 11
            i32.le_u
            br_if 0 (;@3;)
            local.get 5
            i32.const 20
            i32.add
            local.get 2
            i32.const 1
            i32.const 1
            call 41
            local.get 5
            i32.load offset=24
            local.set 10
            local.get 5
            i32.load offset=28
            local.set 9
            br 1 (;@2;)
          end
          local.get 2
          i32.eqz
          br_if 1 (;@1;)
        end
        local.get 2
        i32.eqz
        br_if 0 (;@1;)
        local.get 10
        local.get 9
        i32.add
        local.get 12
        local.get 2
        memory.copy
      end
      local.get 8
      local.get 9
      local.get 2
      i32.add
      local.tee 9
      i32.sub
      local.set 2
      local.get 10
      local.get 9
      i32.add
      local.set 9
      block ;; label = @1
        block ;; label = @2
          local.get 4
          i32.const 1
          i32.and
          br_if 0 (;@2;)
          local.get 7
          i32.const -8
          i32.add
          local.set 10
          loop ;; label = @3
            local.get 10
            i32.eqz
            br_if 2 (;@1;)
            local.get 6
            i32.load
            local.set 1
            local.get 5
            i32.const 32
            i32.add
            local.get 9
            local.get 2
            local.get 6
            i32.load offset=4
            local.tee 4
            call 37
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
            local.get 4
            call 35
            local.get 10
            i32.const -8
            i32.add
            local.set 10
            local.get 6
            i32.const 8
            i32.add
            local.set 6
            br 0 (;@3;)
          end
        end
        local.get 7
        i32.const -8
        i32.add
        local.set 10
        loop ;; label = @2
          local.get 10
          i32.eqz
          br_if 1 (;@1;)
          local.get 6
          i32.load
          local.set 4
          local.get 6
          i32.load offset=4
          local.set 1
          local.get 5
          i32.const 32
          i32.add
          local.get 9
          local.get 2
          i32.const 1
          call 37
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
          call 35
          local.get 5
          i32.const 32
          i32.add
          local.get 9
          local.get 2
          local.get 1
          call 37
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
          local.get 4
          local.get 1
          call 35
          local.get 10
          i32.const -8
          i32.add
          local.set 10
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
    (func (;28;) (type 0) (param i32 i32 i32 i32 i32)
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
        i32.const 1049621
        i32.const 2
        call 25
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
      call 29
      local.get 5
      i32.const 32
      i32.add
      global.set 0
    )
    (func (;29;) (type 6) (param i32 i32)
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
        call 52
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
    (func (;30;) (type 12) (param i32 i32 i32 i32)
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
        i32.const 1049621
        i32.const 2
        call 25
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
      call 29
      local.get 4
      i32.const 32
      i32.add
      global.set 0
    )
    (func (;31;) (type 12) (param i32 i32 i32 i32)
      (local i32)
      global.get 0
      i32.const 32
      i32.sub
      local.tee 4
      global.set 0
      local.get 4
      i32.const 20
      i32.add
      i32.const 1049621
      i32.const 1049623
      local.get 3
      select
      i32.const 2
      i32.const 5
      local.get 3
      select
      call 25
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
      call 29
      local.get 4
      i32.const 32
      i32.add
      global.set 0
    )
    (func (;32;) (type 9))
    (func (;33;) (type 12) (param i32 i32 i32 i32)
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
          call 34
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
            call 83
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
    (func (;34;) (type 6) (param i32 i32)
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
              call 83
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
          call 57
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
    (func (;35;) (type 12) (param i32 i32 i32 i32)
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
      call 36
      unreachable
    )
    (func (;36;) (type 6) (param i32 i32)
      (local i32)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 2
      global.set 0
      i32.const 1048901
      local.get 2
      i32.const 1049640
      call 38
      unreachable
    )
    (func (;37;) (type 12) (param i32 i32 i32 i32)
      block ;; label = @1
        local.get 2
        local.get 3
        i32.ge_u
        br_if 0 (;@1;)
        i32.const 1049628
        i32.const 19
        i32.const 1049640
        call 38
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
    (func (;38;) (type 5) (param i32 i32 i32)
      unreachable
    )
    (func (;39;) (type 9)
      (local i32)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 0
      global.set 0
      i32.const 1048665
      local.get 0
      i32.const 8
      i32.add
      i32.const 1049656
      call 38
      unreachable
    )
    (func (;40;) (type 12) (param i32 i32 i32 i32)
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
            call 21
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
        call 56
        unreachable
      end
      local.get 2
      local.get 3
      call 55
      unreachable
    )
    (func (;41;) (type 12) (param i32 i32 i32 i32)
      (local i32)
      global.get 0
      i32.const 16
      i32.sub
      local.tee 4
      global.set 0
      local.get 4
      i32.const 8
      i32.add
      local.get 0
      i32.const 0
      local.get 1
      local.get 2
      local.get 3
      call 54
      block ;; label = @1
        local.get 4
        i32.load offset=8
        local.tee 3
        i32.const -2147483647
        i32.eq
        br_if 0 (;@1;)
        local.get 3
        local.get 4
        i32.load offset=12
        call 55
        unreachable
      end
      local.get 4
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;42;) (type 6) (param i32 i32)
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
      i32.const 8
      i32.const 56
      call 40
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
    (func (;43;) (type 6) (param i32 i32)
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
      i32.const 48
      call 40
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
    (func (;44;) (type 6) (param i32 i32)
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
      call 40
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
    (func (;45;) (type 6) (param i32 i32)
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
          call 19
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
      call 23
      unreachable
    )
    (func (;46;) (type 6) (param i32 i32)
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
        call 47
      end
      local.get 0
      i32.load offset=4
      local.get 2
      i32.const 48
      i32.mul
      i32.add
      local.get 1
      i32.const 48
      memory.copy
      local.get 0
      local.get 2
      i32.const 1
      i32.add
      i32.store offset=8
    )
    (func (;47;) (type 4) (param i32)
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
      call 54
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
        call 55
        unreachable
      end
      local.get 1
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;48;) (type 6) (param i32 i32)
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
        call 49
      end
      local.get 0
      i32.load offset=4
      local.get 2
      i32.const 56
      i32.mul
      i32.add
      local.get 1
      i32.const 56
      memory.copy
      local.get 0
      local.get 2
      i32.const 1
      i32.add
      i32.store offset=8
    )
    (func (;49;) (type 4) (param i32)
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
      call 54
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
        call 55
        unreachable
      end
      local.get 1
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;50;) (type 6) (param i32 i32)
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
        call 51
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
    (func (;51;) (type 4) (param i32)
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
      call 54
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
        call 55
        unreachable
      end
      local.get 1
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;52;) (type 4) (param i32)
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
      call 54
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
        call 55
        unreachable
      end
      local.get 1
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;53;) (type 4) (param i32)
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
      call 54
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
        call 55
        unreachable
      end
      local.get 1
      i32.const 16
      i32.add
      global.set 0
    )
    (func (;54;) (type 13) (param i32 i32 i32 i32 i32 i32)
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
                  call 19
                  local.set 5
                  br 1 (;@5;)
                end
                local.get 4
                local.get 3
                call 21
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
    (func (;55;) (type 6) (param i32 i32)
      block ;; label = @1
        local.get 0
        i32.eqz
        br_if 0 (;@1;)
        local.get 1
        call 23
        unreachable
      end
      call 56
      unreachable
    )
    (func (;56;) (type 9)
      i32.const 1049712
      i32.const 35
      i32.const 1049732
      call 38
      unreachable
    )
    (func (;57;) (type 4) (param i32)
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
        i32.const 1048612
        local.get 1
        i32.const 1048992
        call 38
        unreachable
      end
      i32.const 1048612
      local.get 1
      i32.const 1048992
      call 38
      unreachable
    )
    (func (;58;) (type 4) (param i32))
    (func (;59;) (type 14) (param i32) (result i32)
      (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i32 i32 i64 i64)
      global.get 0
      i32.const 256
      i32.sub
      local.tee 1
      global.set 0
      call 60
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            block ;; label = @4
              local.get 0
              i32.load8_u offset=8
              br_if 0 (;@4;)
              local.get 0
              i32.load offset=4
              local.set 2
              local.get 0
              i32.load
              local.set 3
              i32.const 0
              local.set 4
              local.get 1
              i32.const 0
              i32.store offset=252
              local.get 1
              i64.const 17179869184
              i64.store offset=244 align=4
              local.get 1
              i32.const 80
              i32.add
              i32.const 1049459
              i32.const 3
              call 25
              local.get 1
              i32.const 92
              i32.add
              i32.const 1049462
              i32.const 5
              call 25
              local.get 1
              local.get 1
              i64.load offset=96 align=4
              i64.store offset=152
              local.get 1
              local.get 1
              v128.load offset=80 align=4
              v128.store offset=136 align=8
              local.get 1
              i32.const 80
              i32.add
              i32.const 4
              i32.const 16
              call 61
              local.get 1
              i32.load offset=92
              local.set 0
              local.get 1
              i32.load offset=88
              local.set 5
              local.get 1
              i32.load offset=84
              local.set 6
              local.get 1
              i32.load offset=80
              local.set 7
              i32.const 0
              local.set 8
              block ;; label = @5
                loop ;; label = @6
                  local.get 8
                  i32.const 24
                  i32.eq
                  br_if 1 (;@5;)
                  local.get 7
                  local.get 4
                  i32.add
                  local.tee 9
                  local.get 1
                  i32.const 136
                  i32.add
                  local.get 8
                  i32.add
                  local.tee 10
                  i32.const 4
                  i32.add
                  i64.load align=4
                  i64.store align=4
                  local.get 9
                  i32.const 8
                  i32.add
                  local.get 10
                  i32.const 16
                  i32.add
                  i64.load align=4
                  i64.store align=4
                  local.get 4
                  i32.const 16
                  i32.add
                  local.set 4
                  local.get 8
                  i32.const 24
                  i32.add
                  local.set 8
                  br 0 (;@6;)
                end
              end
              i32.const 2
              i32.const 1049424
              i32.const 4
              local.get 7
              i32.const 1
              call 0
              block ;; label = @5
                local.get 6
                i32.eqz
                br_if 0 (;@5;)
                local.get 5
                i32.eqz
                br_if 0 (;@5;)
                local.get 5
                i32.eqz
                br_if 0 (;@5;)
                local.get 0
                i32.const 255
                local.get 5
                memory.fill
              end
              i32.const 1049424
              i32.const 4
              i64.const 1
              i32.const 0
              i64.const 0
              call 1
              local.get 1
              i32.const 244
              i32.add
              i32.const 1049467
              i32.const 18
              call 2
              i32.const 255
              i32.and
              i32.eqz
              call 31
              local.get 1
              i32.const 244
              i32.add
              i32.const 1049485
              i32.const 9
              call 3
              i64.const 0
              i64.ne
              call 31
              i32.const 1
              call 4
              local.get 1
              i32.const 244
              i32.add
              i32.const 1049494
              i32.const 13
              call 5
              i64.const 3600000
              i64.lt_u
              call 31
              i32.const 1049507
              i32.const 3
              local.get 1
              i32.const 136
              i32.add
              call 6
              block ;; label = @5
                block ;; label = @6
                  local.get 1
                  i32.load8_u offset=136
                  br_if 0 (;@6;)
                  local.get 1
                  local.get 1
                  i32.load offset=144
                  local.tee 8
                  i32.store offset=92
                  local.get 1
                  local.get 1
                  i32.load offset=140
                  i32.store offset=88
                  local.get 1
                  local.get 8
                  i32.store offset=84
                  local.get 1
                  i32.const -2147483648
                  i32.store offset=80
                  br 1 (;@5;)
                end
                local.get 1
                i32.load offset=160
                local.set 8
                local.get 1
                i32.load offset=156
                local.set 10
                local.get 1
                i32.load offset=152
                local.set 5
                local.get 1
                i32.load offset=148
                local.set 7
                local.get 1
                i32.load offset=144
                local.set 6
                local.get 1
                i32.load8_u offset=140
                local.set 0
                local.get 1
                i32.const 224
                i32.add
                local.get 1
                i32.load offset=164
                local.tee 4
                call 44
                block ;; label = @6
                  loop ;; label = @7
                    local.get 4
                    i32.eqz
                    br_if 1 (;@6;)
                    local.get 1
                    local.get 8
                    i32.load
                    i32.store offset=188
                    local.get 1
                    local.get 8
                    i32.const 4
                    i32.add
                    i32.load
                    local.tee 9
                    i32.store offset=192
                    local.get 1
                    local.get 9
                    i32.store offset=184
                    local.get 4
                    i32.const -1
                    i32.add
                    local.set 4
                    local.get 8
                    i32.const 8
                    i32.add
                    local.set 8
                    local.get 1
                    i32.const 224
                    i32.add
                    local.get 1
                    i32.const 184
                    i32.add
                    call 50
                    br 0 (;@7;)
                  end
                end
                local.get 1
                local.get 10
                i32.store offset=100
                local.get 1
                local.get 5
                i32.store offset=96
                local.get 1
                local.get 10
                i32.store offset=92
                local.get 1
                local.get 7
                i32.store offset=88
                local.get 1
                local.get 6
                i32.store offset=84
                local.get 1
                local.get 7
                i32.store offset=80
                local.get 1
                local.get 1
                i64.load offset=224 align=4
                i64.store offset=104 align=4
                local.get 1
                local.get 1
                i32.load offset=232
                i32.store offset=112
                local.get 1
                local.get 0
                i32.store8 offset=116
              end
              local.get 1
              i32.const 136
              i32.add
              local.get 1
              i32.const 244
              i32.add
              i32.const 1049510
              i32.const 24
              local.get 1
              i32.const 80
              i32.add
              call 28
              i32.const 1049534
              i32.const 3
              local.get 1
              i32.const 80
              i32.add
              call 7
              block ;; label = @5
                block ;; label = @6
                  local.get 1
                  i32.load8_u offset=80
                  i32.eqz
                  br_if 0 (;@6;)
                  local.get 1
                  i32.load offset=104
                  local.set 8
                  local.get 1
                  i32.load offset=92
                  local.set 10
                  local.get 1
                  i32.load offset=88
                  local.set 7
                  local.get 1
                  i32.const 184
                  i32.add
                  local.get 1
                  i32.load offset=108
                  local.tee 4
                  call 44
                  block ;; label = @7
                    loop ;; label = @8
                      local.get 4
                      i32.eqz
                      br_if 1 (;@7;)
                      local.get 1
                      local.get 8
                      i32.load
                      i32.store offset=140
                      local.get 1
                      local.get 8
                      i32.const 4
                      i32.add
                      i32.load
                      local.tee 9
                      i32.store offset=144
                      local.get 1
                      local.get 9
                      i32.store offset=136
                      local.get 4
                      i32.const -1
                      i32.add
                      local.set 4
                      local.get 8
                      i32.const 8
                      i32.add
                      local.set 8
                      local.get 1
                      i32.const 184
                      i32.add
                      local.get 1
                      i32.const 136
                      i32.add
                      call 50
                      br 0 (;@8;)
                    end
                  end
                  local.get 10
                  i32.const -2147483648
                  i32.eq
                  br_if 0 (;@6;)
                  local.get 1
                  local.get 10
                  i32.store offset=144
                  local.get 1
                  local.get 7
                  i32.store offset=140
                  local.get 1
                  local.get 10
                  i32.store offset=136
                  br 1 (;@5;)
                end
                local.get 1
                i32.const 136
                i32.add
                i32.const 1049621
                i32.const 2
                call 25
              end
              local.get 1
              i32.const 25
              i32.store offset=84
              local.get 1
              i32.const 1049537
              i32.store offset=80
              local.get 1
              local.get 1
              i64.load offset=136 align=4
              i64.store offset=88 align=4
              local.get 1
              local.get 1
              i32.load offset=144
              i32.store offset=96
              local.get 1
              i32.const 244
              i32.add
              local.get 1
              i32.const 80
              i32.add
              call 29
              i32.const 1049562
              i32.const 5
              local.get 1
              i32.const 80
              i32.add
              call 8
              block ;; label = @5
                block ;; label = @6
                  local.get 1
                  i32.load8_u offset=80
                  i32.eqz
                  br_if 0 (;@6;)
                  local.get 1
                  i32.load offset=104
                  local.set 8
                  local.get 1
                  i32.load offset=92
                  local.set 10
                  local.get 1
                  i32.load offset=88
                  local.set 7
                  local.get 1
                  i32.const 184
                  i32.add
                  local.get 1
                  i32.load offset=108
                  local.tee 4
                  call 44
                  block ;; label = @7
                    loop ;; label = @8
                      local.get 4
                      i32.eqz
                      br_if 1 (;@7;)
                      local.get 1
                      local.get 8
                      i32.load
                      i32.store offset=140
                      local.get 1
                      local.get 8
                      i32.const 4
                      i32.add
                      i32.load
                      local.tee 9
                      i32.store offset=144
                      local.get 1
                      local.get 9
                      i32.store offset=136
                      local.get 4
                      i32.const -1
                      i32.add
                      local.set 4
                      local.get 8
                      i32.const 8
                      i32.add
                      local.set 8
                      local.get 1
                      i32.const 184
                      i32.add
                      local.get 1
                      i32.const 136
                      i32.add
                      call 50
                      br 0 (;@8;)
                    end
                  end
                  local.get 10
                  i32.const -2147483648
                  i32.eq
                  br_if 0 (;@6;)
                  local.get 1
                  local.get 10
                  i32.store offset=144
                  local.get 1
                  local.get 7
                  i32.store offset=140
                  local.get 1
                  local.get 10
                  i32.store offset=136
                  br 1 (;@5;)
                end
                local.get 1
                i32.const 136
                i32.add
                i32.const 1049621
                i32.const 2
                call 25
              end
              local.get 1
              i32.const 28
              i32.store offset=84
              local.get 1
              i32.const 1049567
              i32.store offset=80
              local.get 1
              local.get 1
              i64.load offset=136 align=4
              i64.store offset=88 align=4
              local.get 1
              local.get 1
              i32.load offset=144
              i32.store offset=96
              local.get 1
              i32.const 244
              i32.add
              local.get 1
              i32.const 80
              i32.add
              call 29
              i32.const 1049187
              i32.const 3
              local.get 1
              i32.const 80
              i32.add
              call 9
              block ;; label = @5
                local.get 1
                i32.load8_u offset=80
                br_if 0 (;@5;)
                local.get 1
                i32.load offset=84
                local.set 11
                br 2 (;@3;)
              end
              local.get 1
              i32.load offset=104
              local.set 8
              local.get 1
              i32.load offset=92
              local.set 10
              local.get 1
              i32.load offset=88
              local.set 11
              local.get 1
              i32.const 184
              i32.add
              local.get 1
              i32.load offset=108
              local.tee 4
              call 44
              block ;; label = @5
                loop ;; label = @6
                  local.get 4
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 1
                  local.get 8
                  i32.load
                  i32.store offset=140
                  local.get 1
                  local.get 8
                  i32.const 4
                  i32.add
                  i32.load
                  local.tee 9
                  i32.store offset=144
                  local.get 1
                  local.get 9
                  i32.store offset=136
                  local.get 4
                  i32.const -1
                  i32.add
                  local.set 4
                  local.get 8
                  i32.const 8
                  i32.add
                  local.set 8
                  local.get 1
                  i32.const 184
                  i32.add
                  local.get 1
                  i32.const 136
                  i32.add
                  call 50
                  br 0 (;@6;)
                end
              end
              local.get 10
              i32.const -2147483648
              i32.eq
              br_if 1 (;@3;)
              local.get 1
              local.get 10
              i32.store offset=144
              local.get 1
              local.get 11
              i32.store offset=140
              local.get 1
              local.get 10
              i32.store offset=136
              i32.const 0
              local.set 8
              br 2 (;@2;)
            end
            local.get 0
            i32.load offset=104
            local.set 8
            local.get 0
            i32.load offset=28
            local.set 12
            local.get 0
            i32.load offset=24
            local.set 13
            local.get 1
            i32.const 68
            i32.add
            local.get 0
            i32.load offset=108
            local.tee 4
            call 42
            block ;; label = @4
              loop ;; label = @5
                block ;; label = @6
                  block ;; label = @7
                    block ;; label = @8
                      local.get 4
                      i32.eqz
                      br_if 0 (;@8;)
                      local.get 8
                      i32.const 40
                      i32.add
                      i32.load8_u
                      local.set 7
                      local.get 8
                      i32.const 24
                      i32.add
                      i32.load
                      local.set 9
                      local.get 8
                      i32.const 20
                      i32.add
                      i32.load
                      local.set 2
                      local.get 8
                      i32.const 16
                      i32.add
                      i32.load
                      local.set 5
                      local.get 8
                      i32.const 8
                      i32.add
                      i64.load
                      local.set 14
                      local.get 8
                      i32.const 4
                      i32.add
                      i32.load
                      local.set 10
                      local.get 8
                      i32.const 28
                      i32.add
                      i32.load8_u
                      br_if 1 (;@7;)
                      i32.const -2147483648
                      local.set 6
                      br 2 (;@6;)
                    end
                    local.get 0
                    i32.load offset=112
                    local.set 15
                    local.get 1
                    i32.const 224
                    i32.add
                    local.get 0
                    i32.load offset=116
                    local.tee 16
                    call 43
                    local.get 1
                    i32.const 160
                    i32.add
                    local.set 6
                    i32.const 0
                    local.set 7
                    loop ;; label = @8
                      local.get 7
                      local.get 16
                      i32.eq
                      br_if 4 (;@4;)
                      local.get 15
                      local.get 7
                      i32.const 36
                      i32.mul
                      i32.add
                      local.tee 10
                      i32.load offset=28
                      local.set 8
                      local.get 10
                      i32.load offset=24
                      local.set 2
                      local.get 10
                      i32.load offset=20
                      local.set 3
                      local.get 10
                      i32.load8_u offset=8
                      local.set 0
                      local.get 10
                      i32.load offset=4
                      local.set 5
                      local.get 10
                      i32.load
                      local.set 11
                      local.get 1
                      i32.const 184
                      i32.add
                      local.get 10
                      i32.load offset=32
                      local.tee 4
                      call 44
                      block ;; label = @9
                        loop ;; label = @10
                          local.get 4
                          i32.eqz
                          br_if 1 (;@9;)
                          local.get 1
                          local.get 8
                          i32.load
                          i32.store offset=248
                          local.get 1
                          local.get 8
                          i32.const 4
                          i32.add
                          i32.load
                          local.tee 9
                          i32.store offset=252
                          local.get 1
                          local.get 9
                          i32.store offset=244
                          local.get 4
                          i32.const -1
                          i32.add
                          local.set 4
                          local.get 8
                          i32.const 8
                          i32.add
                          local.set 8
                          local.get 1
                          i32.const 184
                          i32.add
                          local.get 1
                          i32.const 244
                          i32.add
                          call 50
                          br 0 (;@10;)
                        end
                      end
                      block ;; label = @9
                        block ;; label = @10
                          local.get 0
                          i32.const 255
                          i32.and
                          br_if 0 (;@10;)
                          i32.const -2147483648
                          local.set 8
                          br 1 (;@9;)
                        end
                        local.get 10
                        i32.load offset=16
                        local.tee 8
                        i64.extend_i32_u
                        i64.const 32
                        i64.shl
                        local.get 10
                        i64.load32_u offset=12
                        i64.or
                        local.set 14
                      end
                      local.get 7
                      i32.const 1
                      i32.add
                      local.set 7
                      local.get 6
                      local.get 1
                      i32.load offset=192
                      i32.store offset=8
                      local.get 6
                      local.get 1
                      i64.load offset=184 align=4
                      i64.store align=4
                      local.get 1
                      local.get 14
                      i64.store offset=176 align=4
                      local.get 1
                      local.get 8
                      i32.store offset=172
                      local.get 1
                      local.get 5
                      i32.store offset=144
                      local.get 1
                      local.get 11
                      i32.store offset=140
                      local.get 1
                      local.get 5
                      i32.store offset=136
                      local.get 1
                      local.get 2
                      i32.store offset=156
                      local.get 1
                      local.get 3
                      i32.store offset=152
                      local.get 1
                      local.get 2
                      i32.store offset=148
                      local.get 1
                      i32.const 224
                      i32.add
                      local.get 1
                      i32.const 136
                      i32.add
                      call 46
                      br 0 (;@8;)
                    end
                  end
                  local.get 8
                  i32.const 36
                  i32.add
                  i32.load
                  local.tee 6
                  i64.extend_i32_u
                  i64.const 32
                  i64.shl
                  local.get 8
                  i32.const 32
                  i32.add
                  i64.load32_u
                  i64.or
                  local.set 17
                end
                local.get 8
                i32.load
                local.set 3
                local.get 1
                local.get 10
                i32.store offset=96
                local.get 1
                local.get 3
                i32.store offset=92
                local.get 1
                local.get 10
                i32.store offset=88
                local.get 1
                local.get 5
                i32.store offset=124
                local.get 1
                local.get 14
                i64.store offset=80
                local.get 1
                local.get 17
                i64.store offset=116 align=4
                local.get 1
                local.get 6
                i32.store offset=112
                local.get 1
                local.get 9
                i32.store offset=108
                local.get 1
                local.get 2
                i32.store offset=104
                local.get 1
                local.get 9
                i32.store offset=100
                local.get 1
                local.get 7
                i32.const 255
                i32.and
                i32.const 0
                i32.ne
                i32.store8 offset=128
                local.get 4
                i32.const -1
                i32.add
                local.set 4
                local.get 8
                i32.const 48
                i32.add
                local.set 8
                local.get 1
                i32.const 68
                i32.add
                local.get 1
                i32.const 80
                i32.add
                call 48
                br 0 (;@5;)
              end
            end
            i32.const 4
            i32.const 40
            call 22
            local.set 8
            local.get 1
            local.get 12
            i32.store offset=240
            local.get 1
            local.get 13
            i32.store offset=236
            local.get 1
            local.get 12
            i32.store offset=232
            local.get 1
            i32.const 2
            i32.store offset=228
            local.get 1
            i32.const 1049336
            i32.store offset=224
            local.get 1
            i32.const 184
            i32.add
            local.get 1
            i32.const 224
            i32.add
            call 24
            local.get 8
            local.get 1
            i32.const 184
            i32.add
            i32.const 40
            memory.copy
            i32.const 1
            local.set 3
            br 2 (;@1;)
          end
          local.get 1
          i32.const 136
          i32.add
          i32.const 1049621
          i32.const 2
          call 25
          i32.const 1
          local.set 8
        end
        local.get 1
        i32.const 12
        i32.store offset=84
        local.get 1
        i32.const 1049595
        i32.store offset=80
        local.get 1
        local.get 1
        i64.load offset=136 align=4
        i64.store offset=88 align=4
        local.get 1
        local.get 1
        i32.load offset=144
        i32.store offset=96
        local.get 1
        i32.const 244
        i32.add
        local.get 1
        i32.const 80
        i32.add
        call 29
        block ;; label = @2
          local.get 8
          i32.eqz
          br_if 0 (;@2;)
          local.get 11
          local.get 1
          i32.const 80
          i32.add
          call 10
          block ;; label = @3
            block ;; label = @4
              local.get 1
              i32.load8_u offset=80
              i32.eqz
              br_if 0 (;@4;)
              local.get 1
              i32.load offset=104
              local.set 8
              local.get 1
              i32.load offset=92
              local.set 10
              local.get 1
              i32.load offset=88
              local.set 7
              local.get 1
              i32.const 184
              i32.add
              local.get 1
              i32.load offset=108
              local.tee 4
              call 44
              block ;; label = @5
                loop ;; label = @6
                  local.get 4
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 1
                  local.get 8
                  i32.load
                  i32.store offset=140
                  local.get 1
                  local.get 8
                  i32.const 4
                  i32.add
                  i32.load
                  local.tee 9
                  i32.store offset=144
                  local.get 1
                  local.get 9
                  i32.store offset=136
                  local.get 4
                  i32.const -1
                  i32.add
                  local.set 4
                  local.get 8
                  i32.const 8
                  i32.add
                  local.set 8
                  local.get 1
                  i32.const 184
                  i32.add
                  local.get 1
                  i32.const 136
                  i32.add
                  call 50
                  br 0 (;@6;)
                end
              end
              local.get 10
              i32.const -2147483648
              i32.eq
              br_if 0 (;@4;)
              local.get 1
              local.get 10
              i32.store offset=144
              local.get 1
              local.get 7
              i32.store offset=140
              local.get 1
              local.get 10
              i32.store offset=136
              br 1 (;@3;)
            end
            local.get 1
            i32.const 136
            i32.add
            i32.const 1049621
            i32.const 2
            call 25
          end
          local.get 1
          i32.const 14
          i32.store offset=84
          local.get 1
          i32.const 1049607
          i32.store offset=80
          local.get 1
          local.get 1
          i64.load offset=136 align=4
          i64.store offset=88 align=4
          local.get 1
          local.get 1
          i32.load offset=144
          i32.store offset=96
          local.get 1
          i32.const 244
          i32.add
          local.get 1
          i32.const 80
          i32.add
          call 29
          local.get 1
          i32.const 3
          i32.store offset=140
          local.get 1
          i32.const 1049353
          i32.store offset=136
          local.get 1
          i32.const 0
          i32.store offset=128
          local.get 1
          i32.const 0
          i32.store8 offset=124
          local.get 1
          i32.const 1
          i32.store16 offset=116
          local.get 1
          local.get 2
          i32.store offset=112
          local.get 1
          i32.const 0
          i32.store offset=108
          local.get 1
          i32.const 1
          i32.store8 offset=104
          local.get 1
          i32.const 34
          i32.store offset=100
          local.get 1
          local.get 2
          i32.store offset=96
          local.get 1
          i32.const 0
          i32.store offset=92
          local.get 1
          local.get 2
          i32.store offset=88
          local.get 1
          local.get 3
          i32.store offset=84
          local.get 1
          i32.const 34
          i32.store offset=80
          local.get 1
          local.get 1
          i32.const 136
          i32.add
          i32.store offset=120
          local.get 1
          i32.const 56
          i32.add
          local.get 1
          i32.const 80
          i32.add
          local.get 1
          i32.const 124
          i32.add
          local.tee 8
          local.get 1
          i32.const 136
          i32.add
          call 33
          block ;; label = @3
            block ;; label = @4
              local.get 1
              i32.load offset=56
              i32.eqz
              br_if 0 (;@4;)
              local.get 1
              i32.const 48
              i32.add
              local.get 1
              i32.const 80
              i32.add
              call 34
              local.get 1
              i32.load offset=48
              i32.eqz
              br_if 0 (;@4;)
              local.get 1
              i32.const 40
              i32.add
              local.get 1
              i32.const 80
              i32.add
              local.get 8
              local.get 1
              i32.load offset=120
              call 33
              local.get 1
              i32.load offset=44
              local.set 4
              local.get 1
              i32.load offset=40
              local.set 8
              br 1 (;@3;)
            end
            i32.const 0
            local.set 8
          end
          local.get 1
          i32.const 224
          i32.add
          local.get 8
          i32.const 1
          local.get 8
          select
          local.get 4
          i32.const 0
          local.get 8
          select
          call 25
          local.get 1
          i32.load offset=228
          local.get 1
          i32.load offset=232
          i32.const 0
          i32.const 0
          i32.const 0
          i32.const 0
          i32.const 0
          i32.const 0
          i32.const 0
          local.get 1
          i32.const 80
          i32.add
          call 11
          block ;; label = @3
            block ;; label = @4
              block ;; label = @5
                local.get 1
                i32.load8_u offset=80
                br_if 0 (;@5;)
                local.get 1
                i32.load offset=84
                local.set 16
                br 1 (;@4;)
              end
              local.get 1
              i32.load offset=104
              local.set 8
              local.get 1
              i32.load offset=92
              local.set 10
              local.get 1
              i32.load offset=88
              local.set 16
              local.get 1
              i32.const 184
              i32.add
              local.get 1
              i32.load offset=108
              local.tee 4
              call 44
              block ;; label = @5
                loop ;; label = @6
                  local.get 4
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 1
                  local.get 8
                  i32.load
                  i32.store offset=140
                  local.get 1
                  local.get 8
                  i32.const 4
                  i32.add
                  i32.load
                  local.tee 9
                  i32.store offset=144
                  local.get 1
                  local.get 9
                  i32.store offset=136
                  local.get 4
                  i32.const -1
                  i32.add
                  local.set 4
                  local.get 8
                  i32.const 8
                  i32.add
                  local.set 8
                  local.get 1
                  i32.const 184
                  i32.add
                  local.get 1
                  i32.const 136
                  i32.add
                  call 50
                  br 0 (;@6;)
                end
              end
              local.get 10
              i32.const -2147483648
              i32.eq
              br_if 0 (;@4;)
              local.get 1
              local.get 10
              i32.store offset=144
              local.get 1
              local.get 16
              i32.store offset=140
              local.get 1
              local.get 10
              i32.store offset=136
              i32.const 0
              local.set 8
              br 1 (;@3;)
            end
            local.get 1
            i32.const 136
            i32.add
            i32.const 1049621
            i32.const 2
            call 25
            i32.const 1
            local.set 8
          end
          local.get 1
          i32.const 9
          i32.store offset=84
          local.get 1
          i32.const 1049356
          i32.store offset=80
          local.get 1
          local.get 1
          i64.load offset=136 align=4
          i64.store offset=88 align=4
          local.get 1
          local.get 1
          i32.load offset=144
          i32.store offset=96
          local.get 1
          i32.const 244
          i32.add
          local.get 1
          i32.const 80
          i32.add
          call 29
          block ;; label = @3
            local.get 8
            i32.eqz
            br_if 0 (;@3;)
            local.get 16
            i32.const 1049365
            i32.const 6
            local.get 11
            local.get 1
            i32.const 136
            i32.add
            call 12
            block ;; label = @4
              block ;; label = @5
                local.get 1
                i32.load8_u offset=136
                br_if 0 (;@5;)
                local.get 1
                i32.const -2147483648
                i32.store offset=80
                br 1 (;@4;)
              end
              local.get 1
              i32.load offset=160
              local.set 8
              local.get 1
              i32.load offset=156
              local.set 10
              local.get 1
              i32.load offset=152
              local.set 2
              local.get 1
              i32.load offset=148
              local.set 7
              local.get 1
              i32.load offset=144
              local.set 5
              local.get 1
              i32.load8_u offset=140
              local.set 6
              local.get 1
              i32.const 224
              i32.add
              local.get 1
              i32.load offset=164
              local.tee 4
              call 44
              block ;; label = @5
                loop ;; label = @6
                  local.get 4
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 1
                  local.get 8
                  i32.load
                  i32.store offset=188
                  local.get 1
                  local.get 8
                  i32.const 4
                  i32.add
                  i32.load
                  local.tee 9
                  i32.store offset=192
                  local.get 1
                  local.get 9
                  i32.store offset=184
                  local.get 4
                  i32.const -1
                  i32.add
                  local.set 4
                  local.get 8
                  i32.const 8
                  i32.add
                  local.set 8
                  local.get 1
                  i32.const 224
                  i32.add
                  local.get 1
                  i32.const 184
                  i32.add
                  call 50
                  br 0 (;@6;)
                end
              end
              local.get 1
              local.get 10
              i32.store offset=100
              local.get 1
              local.get 2
              i32.store offset=96
              local.get 1
              local.get 10
              i32.store offset=92
              local.get 1
              local.get 7
              i32.store offset=88
              local.get 1
              local.get 5
              i32.store offset=84
              local.get 1
              local.get 7
              i32.store offset=80
              local.get 1
              local.get 1
              i64.load offset=224 align=4
              i64.store offset=104 align=4
              local.get 1
              local.get 1
              i32.load offset=232
              i32.store offset=112
              local.get 1
              local.get 6
              i32.store8 offset=116
            end
            local.get 1
            i32.const 244
            i32.add
            i32.const 1049371
            i32.const 14
            local.get 1
            i32.const 80
            i32.add
            call 30
            local.get 16
            i32.const 1049385
            i32.const 11
            local.get 11
            local.get 1
            i32.const 136
            i32.add
            call 13
            block ;; label = @4
              block ;; label = @5
                local.get 1
                i32.load8_u offset=136
                br_if 0 (;@5;)
                local.get 1
                i32.const -2147483648
                i32.store offset=80
                br 1 (;@4;)
              end
              local.get 1
              i32.load offset=160
              local.set 8
              local.get 1
              i32.load offset=156
              local.set 10
              local.get 1
              i32.load offset=152
              local.set 2
              local.get 1
              i32.load offset=148
              local.set 7
              local.get 1
              i32.load offset=144
              local.set 5
              local.get 1
              i32.load8_u offset=140
              local.set 6
              local.get 1
              i32.const 224
              i32.add
              local.get 1
              i32.load offset=164
              local.tee 4
              call 44
              block ;; label = @5
                loop ;; label = @6
                  local.get 4
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 1
                  local.get 8
                  i32.load
                  i32.store offset=188
                  local.get 1
                  local.get 8
                  i32.const 4
                  i32.add
                  i32.load
                  local.tee 9
                  i32.store offset=192
                  local.get 1
                  local.get 9
                  i32.store offset=184
                  local.get 4
                  i32.const -1
                  i32.add
                  local.set 4
                  local.get 8
                  i32.const 8
                  i32.add
                  local.set 8
                  local.get 1
                  i32.const 224
                  i32.add
                  local.get 1
                  i32.const 184
                  i32.add
                  call 50
                  br 0 (;@6;)
                end
              end
              local.get 1
              local.get 10
              i32.store offset=100
              local.get 1
              local.get 2
              i32.store offset=96
              local.get 1
              local.get 10
              i32.store offset=92
              local.get 1
              local.get 7
              i32.store offset=88
              local.get 1
              local.get 5
              i32.store offset=84
              local.get 1
              local.get 7
              i32.store offset=80
              local.get 1
              local.get 1
              i64.load offset=224 align=4
              i64.store offset=104 align=4
              local.get 1
              local.get 1
              i32.load offset=232
              i32.store offset=112
              local.get 1
              local.get 6
              i32.store8 offset=116
            end
            local.get 1
            i32.const 244
            i32.add
            i32.const 1049396
            i32.const 15
            local.get 1
            i32.const 80
            i32.add
            call 30
            local.get 1
            i32.const 136
            i32.add
            i32.const 1049411
            i32.const 3
            call 25
            local.get 1
            i32.const 80
            i32.add
            i32.const 1049414
            i32.const 1
            call 25
            i32.const 0
            local.set 10
            local.get 16
            local.get 1
            i32.load offset=140
            local.get 1
            i32.load offset=144
            local.get 1
            i32.load offset=84
            local.get 1
            i32.load offset=88
            i32.const 0
            i32.const 0
            i32.const 1
            i32.const 0
            i32.const 0
            i32.const 0
            local.get 1
            i32.const 80
            i32.add
            call 14
            local.get 1
            i32.load offset=92
            local.set 0
            local.get 1
            i32.load offset=88
            local.set 4
            block ;; label = @4
              block ;; label = @5
                block ;; label = @6
                  block ;; label = @7
                    local.get 1
                    i32.load8_u offset=80
                    br_if 0 (;@7;)
                    local.get 1
                    i32.load16_u offset=84
                    local.set 15
                    local.get 1
                    i32.const 32
                    i32.add
                    local.get 0
                    i32.const 4
                    i32.const 24
                    call 40
                    local.get 1
                    local.get 1
                    i32.load offset=36
                    local.tee 3
                    i32.store offset=228
                    local.get 1
                    local.get 1
                    i32.load offset=32
                    i32.store offset=224
                    i32.const 0
                    local.set 9
                    loop ;; label = @8
                      local.get 1
                      local.get 9
                      i32.store offset=232
                      local.get 0
                      local.get 9
                      i32.eq
                      br_if 2 (;@6;)
                      local.get 4
                      i32.const 12
                      i32.add
                      i32.load
                      local.set 7
                      local.get 4
                      i32.const 8
                      i32.add
                      i32.load
                      local.set 5
                      local.get 4
                      i32.const 4
                      i32.add
                      i32.load
                      local.set 2
                      local.get 4
                      i32.load
                      local.set 6
                      block ;; label = @9
                        local.get 9
                        local.get 1
                        i32.load offset=224
                        i32.ne
                        br_if 0 (;@9;)
                        local.get 1
                        i32.const 224
                        i32.add
                        call 53
                        local.get 1
                        i32.load offset=228
                        local.set 3
                      end
                      local.get 3
                      local.get 10
                      i32.add
                      local.tee 8
                      local.get 2
                      i32.store
                      local.get 8
                      i32.const 20
                      i32.add
                      local.get 7
                      i32.store
                      local.get 8
                      i32.const 16
                      i32.add
                      local.get 5
                      i32.store
                      local.get 8
                      i32.const 12
                      i32.add
                      local.get 7
                      i32.store
                      local.get 8
                      i32.const 8
                      i32.add
                      local.get 2
                      i32.store
                      local.get 8
                      i32.const 4
                      i32.add
                      local.get 6
                      i32.store
                      local.get 9
                      i32.const 1
                      i32.add
                      local.set 9
                      local.get 10
                      i32.const 24
                      i32.add
                      local.set 10
                      local.get 4
                      i32.const 16
                      i32.add
                      local.set 4
                      br 0 (;@8;)
                    end
                  end
                  local.get 1
                  i32.load offset=104
                  local.set 8
                  local.get 1
                  i32.load offset=100
                  local.set 7
                  local.get 1
                  i32.const 184
                  i32.add
                  local.get 1
                  i32.load offset=108
                  local.tee 9
                  call 44
                  block ;; label = @7
                    loop ;; label = @8
                      local.get 9
                      i32.eqz
                      br_if 1 (;@7;)
                      local.get 1
                      local.get 8
                      i32.load
                      i32.store offset=140
                      local.get 1
                      local.get 8
                      i32.const 4
                      i32.add
                      i32.load
                      local.tee 10
                      i32.store offset=144
                      local.get 1
                      local.get 10
                      i32.store offset=136
                      local.get 9
                      i32.const -1
                      i32.add
                      local.set 9
                      local.get 8
                      i32.const 8
                      i32.add
                      local.set 8
                      local.get 1
                      i32.const 184
                      i32.add
                      local.get 1
                      i32.const 136
                      i32.add
                      call 50
                      br 0 (;@8;)
                    end
                  end
                  block ;; label = @7
                    local.get 0
                    i32.const -2147483648
                    i32.ne
                    br_if 0 (;@7;)
                    local.get 1
                    i32.load16_u offset=188
                    local.set 15
                    local.get 1
                    i32.load offset=184
                    local.set 8
                    br 2 (;@5;)
                  end
                  local.get 1
                  local.get 4
                  i32.store offset=140
                  local.get 1
                  local.get 0
                  i32.store offset=136
                  local.get 1
                  local.get 0
                  i32.store offset=144
                  local.get 1
                  i32.const 9
                  i32.store offset=84
                  local.get 1
                  i32.const 1049415
                  i32.store offset=80
                  local.get 1
                  local.get 1
                  i64.load offset=136 align=4
                  i64.store offset=88 align=4
                  local.get 1
                  local.get 0
                  i32.store offset=96
                  local.get 1
                  i32.const 244
                  i32.add
                  local.get 1
                  i32.const 80
                  i32.add
                  call 29
                  br 2 (;@4;)
                end
                local.get 1
                i32.load offset=224
                local.set 4
                local.get 1
                i32.load offset=100
                local.set 8
                local.get 1
                i32.load offset=96
                local.set 7
              end
              local.get 1
              i32.const 136
              i32.add
              i32.const 1049621
              i32.const 2
              call 25
              local.get 1
              i32.const 9
              i32.store offset=84
              local.get 1
              i32.const 1049415
              i32.store offset=80
              local.get 1
              local.get 1
              i64.load offset=136 align=4
              i64.store offset=88 align=4
              local.get 1
              local.get 1
              i32.load offset=144
              i32.store offset=96
              local.get 1
              i32.const 244
              i32.add
              local.get 1
              i32.const 80
              i32.add
              call 29
              local.get 4
              i32.const -2147483648
              i32.eq
              br_if 0 (;@4;)
              i32.const 0
              local.set 4
              block ;; label = @5
                local.get 15
                i32.const 65535
                i32.and
                i32.const 200
                i32.ne
                br_if 0 (;@5;)
                local.get 8
                i32.const 4
                i32.ne
                br_if 0 (;@5;)
                local.get 7
                i32.load align=1
                i32.const 1953523051
                i32.eq
                local.set 4
              end
              local.get 1
              i32.const 244
              i32.add
              i32.const 1049428
              i32.const 13
              local.get 4
              call 31
            end
            local.get 16
            local.get 1
            i32.const 136
            i32.add
            call 15
            block ;; label = @4
              block ;; label = @5
                local.get 1
                i32.load8_u offset=136
                br_if 0 (;@5;)
                local.get 1
                local.get 1
                i32.load offset=144
                local.tee 8
                i32.store offset=92
                local.get 1
                local.get 1
                i32.load offset=140
                i32.store offset=88
                local.get 1
                local.get 8
                i32.store offset=84
                local.get 1
                i32.const -2147483648
                i32.store offset=80
                br 1 (;@4;)
              end
              local.get 1
              i32.load offset=160
              local.set 8
              local.get 1
              i32.load offset=156
              local.set 10
              local.get 1
              i32.load offset=152
              local.set 2
              local.get 1
              i32.load offset=148
              local.set 7
              local.get 1
              i32.load offset=144
              local.set 5
              local.get 1
              i32.load8_u offset=140
              local.set 6
              local.get 1
              i32.const 224
              i32.add
              local.get 1
              i32.load offset=164
              local.tee 4
              call 44
              block ;; label = @5
                loop ;; label = @6
                  local.get 4
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 1
                  local.get 8
                  i32.load
                  i32.store offset=188
                  local.get 1
                  local.get 8
                  i32.const 4
                  i32.add
                  i32.load
                  local.tee 9
                  i32.store offset=192
                  local.get 1
                  local.get 9
                  i32.store offset=184
                  local.get 4
                  i32.const -1
                  i32.add
                  local.set 4
                  local.get 8
                  i32.const 8
                  i32.add
                  local.set 8
                  local.get 1
                  i32.const 224
                  i32.add
                  local.get 1
                  i32.const 184
                  i32.add
                  call 50
                  br 0 (;@6;)
                end
              end
              local.get 1
              local.get 10
              i32.store offset=100
              local.get 1
              local.get 2
              i32.store offset=96
              local.get 1
              local.get 10
              i32.store offset=92
              local.get 1
              local.get 7
              i32.store offset=88
              local.get 1
              local.get 5
              i32.store offset=84
              local.get 1
              local.get 7
              i32.store offset=80
              local.get 1
              local.get 1
              i64.load offset=224 align=4
              i64.store offset=104 align=4
              local.get 1
              local.get 1
              i32.load offset=232
              i32.store offset=112
              local.get 1
              local.get 6
              i32.store8 offset=116
            end
            local.get 1
            i32.const 136
            i32.add
            local.get 1
            i32.const 244
            i32.add
            i32.const 1049441
            i32.const 18
            local.get 1
            i32.const 80
            i32.add
            call 28
            local.get 16
            i32.const -1
            i32.eq
            br_if 0 (;@3;)
            local.get 16
            call 16
          end
          local.get 11
          i32.const -1
          i32.eq
          br_if 0 (;@2;)
          local.get 11
          call 17
        end
        local.get 1
        i32.load offset=248
        local.set 4
        local.get 1
        i32.const 24
        i32.add
        local.get 1
        i32.load offset=252
        local.tee 9
        i32.const 4
        i32.const 40
        call 40
        i32.const 0
        local.set 10
        local.get 1
        i32.const 0
        i32.store offset=192
        local.get 1
        local.get 1
        i32.load offset=28
        local.tee 8
        i32.store offset=188
        local.get 1
        local.get 1
        i32.load offset=24
        local.tee 7
        i32.store offset=184
        block ;; label = @2
          local.get 9
          local.get 7
          i32.le_u
          br_if 0 (;@2;)
          local.get 1
          i32.const 184
          i32.add
          local.get 9
          i32.const 4
          i32.const 40
          call 41
          local.get 1
          i32.load offset=188
          local.set 8
          local.get 1
          i32.load offset=192
          local.set 10
        end
        local.get 10
        local.get 9
        i32.add
        local.set 3
        local.get 9
        i32.const 20
        i32.mul
        local.set 9
        local.get 8
        local.get 10
        i32.const 40
        i32.mul
        i32.add
        local.set 10
        loop ;; label = @2
          local.get 9
          i32.eqz
          br_if 1 (;@1;)
          local.get 1
          local.get 4
          i32.load offset=16
          i32.store offset=152
          local.get 1
          local.get 4
          v128.load align=4
          v128.store offset=136 align=8
          local.get 1
          i32.const 80
          i32.add
          local.get 1
          i32.const 136
          i32.add
          call 24
          local.get 10
          local.get 1
          i32.const 80
          i32.add
          i32.const 40
          memory.copy
          local.get 9
          i32.const -20
          i32.add
          local.set 9
          local.get 10
          i32.const 40
          i32.add
          local.set 10
          local.get 4
          i32.const 20
          i32.add
          local.set 4
          br 0 (;@2;)
        end
      end
      i32.const 0
      i32.const 0
      i32.store8 offset=1049756
      local.get 1
      i32.const 184
      i32.add
      i32.const 4
      local.get 3
      i32.const 5
      i32.shl
      call 61
      local.get 3
      i32.const 40
      i32.mul
      local.set 9
      local.get 1
      i32.load offset=184
      local.set 6
      i32.const 0
      local.set 10
      block ;; label = @1
        loop ;; label = @2
          local.get 9
          i32.eqz
          br_if 1 (;@1;)
          local.get 8
          i32.load
          local.tee 2
          i32.const -2147483648
          i32.eq
          br_if 1 (;@1;)
          local.get 8
          i64.load offset=4 align=4
          local.set 14
          local.get 8
          i64.load offset=28 align=4
          local.set 18
          local.get 8
          i32.load offset=24
          local.set 7
          local.get 8
          i64.load offset=12 align=4
          local.set 17
          local.get 8
          i32.load offset=20
          local.set 5
          local.get 6
          local.get 10
          i32.add
          local.tee 4
          local.get 8
          i32.load8_u offset=36
          i32.const 1
          i32.and
          i32.store8
          local.get 1
          local.get 5
          i32.store offset=192
          local.get 1
          local.get 17
          i64.store offset=184
          local.get 1
          local.get 14
          i64.store offset=228 align=4
          local.get 1
          local.get 2
          i32.store offset=224
          local.get 1
          i32.const 16
          i32.add
          local.get 1
          i32.const 224
          i32.add
          call 45
          local.get 4
          i32.const 4
          i32.add
          local.get 1
          i64.load offset=16
          i64.store align=4
          local.get 1
          i32.const 8
          i32.add
          local.get 1
          i32.const 184
          i32.add
          call 45
          local.get 4
          i32.const 12
          i32.add
          local.get 1
          i64.load offset=8
          i64.store align=4
          block ;; label = @3
            block ;; label = @4
              local.get 7
              i32.const -2147483648
              i32.eq
              br_if 0 (;@4;)
              local.get 4
              i32.const 20
              i32.add
              i32.const 1
              i32.store8
              local.get 1
              local.get 18
              i64.store offset=188 align=4
              local.get 1
              local.get 7
              i32.store offset=184
              local.get 1
              local.get 1
              i32.const 184
              i32.add
              call 45
              local.get 4
              i32.const 24
              i32.add
              local.get 1
              i64.load
              i64.store align=4
              br 1 (;@3;)
            end
            local.get 4
            i32.const 20
            i32.add
            i32.const 0
            i32.store8
          end
          local.get 8
          i32.const 40
          i32.add
          local.set 8
          local.get 10
          i32.const 32
          i32.add
          local.set 10
          local.get 9
          i32.const -40
          i32.add
          local.set 9
          br 0 (;@2;)
        end
      end
      i32.const 0
      local.get 6
      i32.store offset=1049760
      i32.const 0
      local.get 3
      i32.store offset=1049764
      local.get 1
      i32.const 256
      i32.add
      global.set 0
      i32.const 1049756
    )
    (func (;60;) (type 9)
      block ;; label = @1
        i32.const 0
        i32.load8_u offset=1049848
        br_if 0 (;@1;)
        call 18
        i32.const 0
        i32.const 1
        i32.store8 offset=1049848
      end
    )
    (func (;61;) (type 5) (param i32 i32 i32)
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
        call 20
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
      call 23
      unreachable
    )
    (func (;62;) (type 10) (param i32 i32 i32 i32) (result i32)
      (local i32 i32 i32 i32 i32 i64 i64 i32)
      global.get 0
      i32.const 48
      i32.sub
      local.tee 4
      global.set 0
      call 60
      i32.const 8
      i32.const 40
      call 22
      local.set 5
      local.get 4
      i32.const 16
      i32.add
      i32.const 1049235
      i32.const 5
      call 25
      local.get 5
      i64.const 1048576
      i64.store
      local.get 5
      i32.const 1
      i32.store8 offset=32
      local.get 5
      local.get 3
      i32.store offset=28
      local.get 5
      local.get 2
      i32.store offset=24
      local.get 5
      local.get 3
      i32.store offset=20
      local.get 5
      local.get 4
      i64.load offset=16
      i64.store offset=8
      local.get 5
      local.get 4
      i32.load offset=24
      i32.store offset=16
      i32.const 0
      local.set 6
      i32.const 0
      i32.const 0
      i32.store8 offset=1049756
      local.get 4
      i32.const 16
      i32.add
      i32.const 8
      i32.const 32
      call 61
      local.get 4
      i32.load offset=16
      local.set 7
      i32.const 0
      local.set 2
      block ;; label = @1
        loop ;; label = @2
          local.get 2
          i32.const 40
          i32.eq
          br_if 1 (;@1;)
          local.get 5
          local.get 2
          i32.add
          local.tee 3
          i32.const 8
          i32.add
          i32.load
          local.tee 8
          i32.const -2147483648
          i32.eq
          br_if 1 (;@1;)
          local.get 3
          i32.const 12
          i32.add
          i64.load align=4
          local.set 9
          local.get 3
          i64.load
          local.set 10
          local.get 4
          local.get 3
          i32.const 28
          i32.add
          i32.load
          i32.store offset=24
          local.get 4
          local.get 3
          i32.const 20
          i32.add
          i64.load align=4
          i64.store offset=16
          local.get 3
          i32.const 32
          i32.add
          i32.load8_u
          local.set 11
          local.get 4
          local.get 9
          i64.store offset=40 align=4
          local.get 4
          local.get 8
          i32.store offset=36
          local.get 4
          i32.const 8
          i32.add
          local.get 4
          i32.const 36
          i32.add
          call 45
          local.get 7
          local.get 6
          i32.add
          local.tee 3
          local.get 4
          i64.load offset=8
          i64.store align=4
          local.get 4
          local.get 4
          i32.const 16
          i32.add
          call 45
          local.get 4
          i64.load
          local.set 9
          local.get 3
          i32.const 24
          i32.add
          local.get 11
          i32.const 1
          i32.and
          i32.store8
          local.get 3
          i32.const 16
          i32.add
          local.get 10
          i64.store
          local.get 3
          i32.const 8
          i32.add
          local.get 9
          i64.store align=4
          local.get 6
          i32.const 32
          i32.add
          local.set 6
          local.get 2
          i32.const 40
          i32.add
          local.set 2
          br 0 (;@2;)
        end
      end
      i32.const 0
      local.get 7
      i32.store offset=1049760
      i32.const 0
      i32.const 1
      i32.store offset=1049764
      local.get 4
      i32.const 48
      i32.add
      global.set 0
      i32.const 1049756
    )
    (func (;63;) (type 10) (param i32 i32 i32 i32) (result i32)
      (local i32 i32 i32 i32 i32 i64 i32)
      global.get 0
      i32.const 160
      i32.sub
      local.tee 4
      global.set 0
      call 60
      local.get 4
      i32.const 124
      i32.add
      i32.const 12
      i32.add
      i32.const 1049179
      i32.const 3
      call 25
      local.get 4
      i32.const 124
      i32.add
      i32.const 24
      i32.add
      i32.const 1049315
      i32.const 6
      call 25
      i32.const 4
      i32.const 12
      call 22
      local.set 5
      local.get 4
      i32.const 64
      i32.add
      i32.const 1049321
      i32.const 9
      call 25
      local.get 5
      local.get 4
      i32.load offset=72
      i32.store offset=8
      local.get 5
      local.get 4
      i64.load offset=64 align=4
      i64.store align=4
      local.get 4
      i32.const 112
      i32.add
      i32.const 1049330
      i32.const 6
      call 25
      local.get 4
      local.get 3
      i32.store offset=132
      local.get 4
      local.get 2
      i32.store offset=128
      local.get 4
      local.get 3
      i32.store offset=124
      local.get 4
      i32.const 64
      i32.add
      local.get 4
      i32.const 124
      i32.add
      i32.const 36
      memory.copy
      local.get 4
      i32.const 1
      i32.store offset=108
      local.get 4
      local.get 5
      i32.store offset=104
      local.get 4
      i32.const 1
      i32.store offset=100
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            local.get 4
            i32.load offset=64
            i32.const -2147483648
            i32.ne
            br_if 0 (;@3;)
            i32.const 0
            local.set 3
            i32.const 0
            local.get 5
            i32.store8 offset=1049760
            i32.const 0
            i32.const 1
            i32.store8 offset=1049756
            local.get 4
            i32.load offset=96
            local.set 5
            local.get 4
            i32.const 16
            i32.add
            local.get 4
            i32.const 64
            i32.add
            i32.const 4
            i32.add
            call 45
            i32.const 0
            local.get 4
            i64.load offset=16
            i64.store offset=1049764 align=4
            local.get 4
            i32.const 8
            i32.add
            local.get 4
            i32.const 80
            i32.add
            call 45
            i32.const 0
            local.get 4
            i64.load offset=8
            i64.store offset=1049772 align=4
            local.get 4
            i32.const 124
            i32.add
            i32.const 4
            i32.const 8
            call 61
            local.get 4
            i32.load offset=124
            local.tee 6
            local.set 2
            loop ;; label = @4
              local.get 3
              i32.const 12
              i32.eq
              br_if 2 (;@2;)
              local.get 5
              local.get 3
              i32.add
              local.tee 7
              i32.load
              local.tee 8
              i32.const -2147483648
              i32.eq
              br_if 2 (;@2;)
              local.get 4
              local.get 7
              i32.const 4
              i32.add
              i64.load align=4
              i64.store offset=128 align=4
              local.get 4
              local.get 8
              i32.store offset=124
              local.get 4
              local.get 4
              i32.const 124
              i32.add
              call 45
              local.get 2
              local.get 4
              i64.load
              i64.store align=4
              local.get 2
              i32.const 8
              i32.add
              local.set 2
              local.get 3
              i32.const 12
              i32.add
              local.set 3
              br 0 (;@4;)
            end
          end
          i32.const 0
          local.set 3
          i32.const 0
          i32.const 0
          i32.store8 offset=1049756
          local.get 4
          i64.load offset=116 align=4
          local.set 9
          local.get 4
          i32.load offset=112
          local.set 6
          local.get 4
          i32.const 56
          i32.add
          local.get 4
          i32.const 64
          i32.add
          call 45
          i32.const 0
          local.get 4
          i64.load offset=56
          i64.store offset=1049760 align=4
          local.get 4
          i32.const 48
          i32.add
          local.get 4
          i32.const 64
          i32.add
          i32.const 12
          i32.add
          call 45
          i32.const 0
          local.get 4
          i64.load offset=48
          i64.store offset=1049768 align=4
          local.get 4
          i32.const 40
          i32.add
          local.get 4
          i32.const 64
          i32.add
          i32.const 24
          i32.add
          call 45
          i32.const 0
          local.get 4
          i64.load offset=40
          i64.store offset=1049776 align=4
          local.get 4
          i32.const 124
          i32.add
          i32.const 4
          i32.const 8
          call 61
          local.get 4
          i32.load offset=124
          local.tee 10
          local.set 2
          block ;; label = @3
            loop ;; label = @4
              local.get 3
              i32.const 12
              i32.eq
              br_if 1 (;@3;)
              local.get 5
              local.get 3
              i32.add
              local.tee 7
              i32.load
              local.tee 8
              i32.const -2147483648
              i32.eq
              br_if 1 (;@3;)
              local.get 4
              local.get 7
              i32.const 4
              i32.add
              i64.load align=4
              i64.store offset=128 align=4
              local.get 4
              local.get 8
              i32.store offset=124
              local.get 4
              i32.const 32
              i32.add
              local.get 4
              i32.const 124
              i32.add
              call 45
              local.get 2
              local.get 4
              i64.load offset=32
              i64.store align=4
              local.get 2
              i32.const 8
              i32.add
              local.set 2
              local.get 3
              i32.const 12
              i32.add
              local.set 3
              br 0 (;@4;)
            end
          end
          i32.const 0
          local.get 10
          i32.store offset=1049784
          i32.const 0
          i32.const 1
          i32.store offset=1049788
          block ;; label = @3
            local.get 6
            i32.const -2147483648
            i32.eq
            br_if 0 (;@3;)
            i32.const 0
            i32.const 1
            i32.store8 offset=1049792
            local.get 4
            local.get 9
            i64.store offset=128 align=4
            local.get 4
            local.get 6
            i32.store offset=124
            local.get 4
            i32.const 24
            i32.add
            local.get 4
            i32.const 124
            i32.add
            call 45
            i32.const 0
            local.get 4
            i64.load offset=24
            i64.store offset=1049796 align=4
            br 2 (;@1;)
          end
          i32.const 0
          i32.const 0
          i32.store8 offset=1049792
          br 1 (;@1;)
        end
        i32.const 0
        local.get 6
        i32.store offset=1049780
        i32.const 0
        i32.const 1
        i32.store offset=1049784
      end
      local.get 4
      i32.const 160
      i32.add
      global.set 0
      i32.const 1049756
    )
    (func (;64;) (type 10) (param i32 i32 i32 i32) (result i32)
      (local i32 i32 i32 i64 i64 i32 i64 i32 i32 i64 i32 i32 i32 i32)
      global.get 0
      i32.const 160
      i32.sub
      local.tee 4
      global.set 0
      call 60
      local.get 4
      i32.const 100
      i32.add
      i32.const 1049240
      i32.const 9
      call 25
      local.get 4
      i32.const 112
      i32.add
      i32.const 1049249
      i32.const 4
      call 25
      local.get 4
      i32.const 124
      i32.add
      i32.const 1049253
      i32.const 16
      call 25
      local.get 4
      i32.const 136
      i32.add
      i32.const 1049187
      i32.const 3
      call 25
      i32.const 0
      local.set 5
      block ;; label = @1
        local.get 3
        i32.const 3
        i32.ne
        br_if 0 (;@1;)
        local.get 2
        i32.const 1049269
        i32.const 3
        call 83
        i32.eqz
        local.set 5
      end
      i32.const 4
      i32.const 24
      call 22
      local.set 6
      local.get 4
      i32.const 148
      i32.add
      i32.const 1049235
      i32.const 5
      call 25
      i32.const 4
      i32.const 12
      call 22
      local.set 3
      local.get 4
      i32.const 80
      i32.add
      i32.const 1049272
      i32.const 8
      call 25
      local.get 3
      local.get 4
      i32.load offset=88
      i32.store offset=8
      local.get 3
      local.get 4
      i64.load offset=80 align=4
      i64.store align=4
      local.get 6
      local.get 4
      i32.load offset=156
      i32.store offset=8
      local.get 6
      local.get 4
      i64.load offset=148 align=4
      i64.store align=4
      local.get 6
      i32.const 1
      i32.store offset=20
      local.get 6
      local.get 3
      i32.store offset=16
      local.get 6
      i32.const 1
      i32.store offset=12
      local.get 4
      i64.load offset=104 align=4
      local.set 7
      local.get 4
      i32.load offset=112
      local.set 2
      local.get 4
      i64.load offset=116 align=4
      local.set 8
      local.get 4
      i32.load offset=136
      local.set 9
      local.get 4
      i64.load offset=140 align=4
      local.set 10
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            block ;; label = @4
              local.get 4
              i32.load offset=100
              local.tee 3
              i32.const -2147483648
              i32.ne
              br_if 0 (;@4;)
              i32.const 0
              local.set 3
              i32.const 0
              local.get 6
              i32.store8 offset=1049760
              i32.const 0
              i32.const 1
              i32.store8 offset=1049756
              local.get 4
              local.get 2
              i32.store offset=88
              local.get 4
              local.get 7
              i64.store offset=80
              local.get 4
              i32.const 24
              i32.add
              local.get 4
              i32.const 80
              i32.add
              call 45
              i32.const 0
              local.get 4
              i64.load offset=24
              i64.store offset=1049764 align=4
              local.get 4
              local.get 9
              i32.store offset=88
              local.get 4
              local.get 8
              i64.store offset=80
              local.get 4
              i32.const 16
              i32.add
              local.get 4
              i32.const 80
              i32.add
              call 45
              i32.const 0
              local.get 4
              i64.load offset=16
              i64.store offset=1049772 align=4
              local.get 4
              i32.const 80
              i32.add
              i32.const 4
              i32.const 8
              call 61
              local.get 10
              i64.const 32
              i64.shr_u
              i32.wrap_i64
              local.set 11
              local.get 4
              i32.load offset=80
              local.tee 12
              local.set 5
              loop ;; label = @5
                local.get 3
                i32.const 12
                i32.eq
                br_if 2 (;@3;)
                local.get 11
                local.get 3
                i32.add
                local.tee 2
                i32.load
                local.tee 9
                i32.const -2147483648
                i32.eq
                br_if 2 (;@3;)
                local.get 4
                local.get 2
                i32.const 4
                i32.add
                i64.load align=4
                i64.store offset=84 align=4
                local.get 4
                local.get 9
                i32.store offset=80
                local.get 4
                i32.const 8
                i32.add
                local.get 4
                i32.const 80
                i32.add
                call 45
                local.get 5
                local.get 4
                i64.load offset=8
                i64.store align=4
                local.get 5
                i32.const 8
                i32.add
                local.set 5
                local.get 3
                i32.const 12
                i32.add
                local.set 3
                br 0 (;@5;)
              end
            end
            local.get 4
            i64.load offset=128 align=4
            local.set 13
            local.get 4
            i32.load offset=124
            local.set 11
            i32.const 0
            i32.const 0
            i32.store8 offset=1049756
            local.get 4
            local.get 7
            i64.store offset=84 align=4
            local.get 4
            local.get 3
            i32.store offset=80
            local.get 4
            i32.const 72
            i32.add
            local.get 4
            i32.const 80
            i32.add
            call 45
            i32.const 0
            i32.const 22
            i32.store16 offset=1049768
            i32.const 0
            local.get 4
            i64.load offset=72
            i64.store offset=1049760 align=4
            local.get 4
            local.get 8
            i64.store offset=84 align=4
            local.get 4
            local.get 2
            i32.store offset=80
            local.get 4
            i32.const 64
            i32.add
            local.get 4
            i32.const 80
            i32.add
            call 45
            i32.const 0
            local.get 4
            i64.load offset=64
            i64.store offset=1049772 align=4
            block ;; label = @4
              block ;; label = @5
                local.get 11
                i32.const -2147483648
                i32.eq
                br_if 0 (;@5;)
                i32.const 0
                i32.const 1
                i32.store8 offset=1049780
                local.get 4
                local.get 13
                i64.store offset=84 align=4
                local.get 4
                local.get 11
                i32.store offset=80
                local.get 4
                i32.const 56
                i32.add
                local.get 4
                i32.const 80
                i32.add
                call 45
                i32.const 0
                local.get 4
                i64.load offset=56
                i64.store offset=1049784 align=4
                br 1 (;@4;)
              end
              i32.const 0
              i32.const 0
              i32.store8 offset=1049780
            end
            local.get 4
            local.get 10
            i64.store offset=84 align=4
            local.get 4
            local.get 9
            i32.store offset=80
            local.get 4
            i32.const 48
            i32.add
            local.get 4
            i32.const 80
            i32.add
            call 45
            i32.const 0
            local.set 11
            i32.const 0
            local.get 4
            i64.load offset=48
            i64.store offset=1049792 align=4
            i32.const 0
            i32.const 0
            i32.store8 offset=1049800
            i32.const 1
            local.set 3
            block ;; label = @4
              local.get 5
              br_if 0 (;@4;)
              i32.const 0
              i32.const 5566
              i32.store16 offset=1049804
              i32.const 0
              local.set 3
            end
            i32.const 0
            local.get 3
            i32.store8 offset=1049802
            local.get 4
            i32.const 80
            i32.add
            i32.const 4
            i32.const 16
            call 61
            local.get 4
            i32.load offset=80
            local.set 14
            i32.const 0
            local.set 15
            loop ;; label = @4
              local.get 11
              i32.const 24
              i32.eq
              br_if 2 (;@2;)
              local.get 6
              local.get 11
              i32.add
              local.tee 5
              i32.load
              local.tee 2
              i32.const -2147483648
              i32.eq
              br_if 2 (;@2;)
              local.get 11
              i32.const 24
              i32.add
              local.set 11
              local.get 5
              i32.load offset=16
              local.set 3
              local.get 5
              i32.load offset=20
              local.set 12
              local.get 4
              local.get 5
              i64.load offset=4 align=4
              i64.store offset=84 align=4
              local.get 4
              local.get 2
              i32.store offset=80
              local.get 4
              i32.const 40
              i32.add
              local.get 4
              i32.const 80
              i32.add
              call 45
              local.get 14
              local.get 15
              i32.const 4
              i32.shl
              i32.add
              local.tee 16
              local.get 4
              i64.load offset=40
              i64.store align=4
              local.get 4
              i32.const 80
              i32.add
              i32.const 4
              local.get 12
              i32.const 3
              i32.shl
              call 61
              local.get 15
              i32.const 1
              i32.add
              local.set 15
              local.get 12
              i32.const 12
              i32.mul
              local.set 5
              local.get 4
              i32.load offset=80
              local.tee 17
              local.set 2
              block ;; label = @5
                loop ;; label = @6
                  local.get 5
                  i32.eqz
                  br_if 1 (;@5;)
                  local.get 3
                  i32.load
                  local.tee 9
                  i32.const -2147483648
                  i32.eq
                  br_if 1 (;@5;)
                  local.get 4
                  local.get 3
                  i64.load offset=4 align=4
                  i64.store offset=84 align=4
                  local.get 4
                  local.get 9
                  i32.store offset=80
                  local.get 4
                  i32.const 32
                  i32.add
                  local.get 4
                  i32.const 80
                  i32.add
                  call 45
                  local.get 2
                  local.get 4
                  i64.load offset=32
                  i64.store align=4
                  local.get 2
                  i32.const 8
                  i32.add
                  local.set 2
                  local.get 5
                  i32.const -12
                  i32.add
                  local.set 5
                  local.get 3
                  i32.const 12
                  i32.add
                  local.set 3
                  br 0 (;@6;)
                end
              end
              local.get 16
              local.get 17
              i32.store offset=8
              local.get 16
              local.get 12
              i32.store offset=12
              br 0 (;@4;)
            end
          end
          i32.const 0
          local.get 12
          i32.store offset=1049780
          i32.const 0
          i32.const 1
          i32.store offset=1049784
          br 1 (;@1;)
        end
        i32.const 0
        local.get 14
        i32.store offset=1049808
        i32.const 0
        i32.const 1
        i32.store offset=1049812
      end
      local.get 4
      i32.const 160
      i32.add
      global.set 0
      i32.const 1049756
    )
    (func (;65;) (type 15) (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
      (local i32 i32 i32 i32 i32 i64)
      global.get 0
      i32.const 96
      i32.sub
      local.tee 9
      global.set 0
      call 60
      local.get 9
      local.get 8
      i32.store offset=84
      local.get 9
      local.get 7
      i32.store offset=80
      local.get 9
      i32.const 40
      i32.add
      local.get 9
      i32.const 80
      i32.add
      i32.const 1
      call 26
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            local.get 9
            i32.load offset=40
            i32.const -2147483648
            i32.eq
            br_if 0 (;@3;)
            i32.const 0
            local.get 9
            i32.load8_u offset=76
            i32.store8 offset=1049760
            i32.const 0
            i32.const 1
            i32.store8 offset=1049756
            local.get 9
            i32.load offset=68
            local.set 8
            local.get 9
            i32.load offset=72
            local.set 10
            local.get 9
            i32.const 32
            i32.add
            local.get 9
            i32.const 40
            i32.add
            call 45
            i32.const 0
            local.get 9
            i64.load offset=32
            i64.store offset=1049764 align=4
            local.get 9
            i32.const 24
            i32.add
            local.get 9
            i32.const 40
            i32.add
            i32.const 12
            i32.add
            call 45
            i32.const 0
            local.get 9
            i64.load offset=24
            i64.store offset=1049772 align=4
            local.get 9
            i32.const 80
            i32.add
            i32.const 4
            local.get 10
            i32.const 3
            i32.shl
            call 61
            local.get 10
            i32.const 12
            i32.mul
            local.set 7
            local.get 9
            i32.load offset=80
            local.tee 11
            local.set 12
            loop ;; label = @4
              local.get 7
              i32.eqz
              br_if 2 (;@2;)
              local.get 8
              i32.load
              local.tee 13
              i32.const -2147483648
              i32.eq
              br_if 2 (;@2;)
              local.get 9
              local.get 8
              i64.load offset=4 align=4
              i64.store offset=84 align=4
              local.get 9
              local.get 13
              i32.store offset=80
              local.get 9
              i32.const 16
              i32.add
              local.get 9
              i32.const 80
              i32.add
              call 45
              local.get 12
              local.get 9
              i64.load offset=16
              i64.store align=4
              local.get 12
              i32.const 8
              i32.add
              local.set 12
              local.get 7
              i32.const -12
              i32.add
              local.set 7
              local.get 8
              i32.const 12
              i32.add
              local.set 8
              br 0 (;@4;)
            end
          end
          i32.const 0
          i32.const 0
          i32.store8 offset=1049756
          local.get 9
          i32.load offset=56
          local.set 8
          local.get 9
          i64.load offset=48 align=4
          local.set 14
          block ;; label = @3
            local.get 9
            i32.load offset=44
            local.tee 7
            i32.const -2147483648
            i32.eq
            br_if 0 (;@3;)
            i32.const 0
            i32.const 1
            i32.store8 offset=1049760
            local.get 9
            local.get 14
            i64.store offset=84 align=4
            local.get 9
            local.get 7
            i32.store offset=80
            local.get 9
            i32.const 8
            i32.add
            local.get 9
            i32.const 80
            i32.add
            call 45
            i32.const 0
            local.get 8
            i32.store offset=1049772
            i32.const 0
            local.get 9
            i64.load offset=8
            i64.store offset=1049764 align=4
            br 2 (;@1;)
          end
          i32.const 0
          i32.const 0
          i32.store8 offset=1049760
          local.get 9
          local.get 8
          i32.store offset=88
          local.get 9
          local.get 14
          i64.store offset=80
          local.get 9
          local.get 9
          i32.const 80
          i32.add
          call 45
          i32.const 0
          local.get 9
          i64.load
          i64.store offset=1049764 align=4
          br 1 (;@1;)
        end
        i32.const 0
        local.get 11
        i32.store offset=1049780
        i32.const 0
        local.get 10
        i32.store offset=1049784
      end
      local.get 9
      i32.const 96
      i32.add
      global.set 0
      i32.const 1049756
    )
    (func (;66;) (type 16) (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
      (local i32 i32 i32 i32 i64)
      global.get 0
      i32.const 96
      i32.sub
      local.tee 10
      global.set 0
      call 60
      local.get 10
      i32.const 5
      i32.const 3
      local.get 9
      i32.const 255
      i32.and
      local.tee 9
      select
      i32.store offset=92
      local.get 10
      i32.const 1049190
      i32.const 1049187
      local.get 9
      select
      i32.store offset=88
      local.get 10
      local.get 8
      i32.store offset=84
      local.get 10
      local.get 7
      i32.store offset=80
      local.get 10
      i32.const 40
      i32.add
      local.get 10
      i32.const 80
      i32.add
      i32.const 2
      call 26
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            local.get 10
            i32.load offset=40
            i32.const -2147483648
            i32.eq
            br_if 0 (;@3;)
            i32.const 0
            local.get 10
            i32.load8_u offset=76
            i32.store8 offset=1049760
            i32.const 0
            i32.const 1
            i32.store8 offset=1049756
            local.get 10
            i32.load offset=68
            local.set 9
            local.get 10
            i32.load offset=72
            local.set 11
            local.get 10
            i32.const 32
            i32.add
            local.get 10
            i32.const 40
            i32.add
            call 45
            i32.const 0
            local.get 10
            i64.load offset=32
            i64.store offset=1049764 align=4
            local.get 10
            i32.const 24
            i32.add
            local.get 10
            i32.const 40
            i32.add
            i32.const 12
            i32.add
            call 45
            i32.const 0
            local.get 10
            i64.load offset=24
            i64.store offset=1049772 align=4
            local.get 10
            i32.const 80
            i32.add
            i32.const 4
            local.get 11
            i32.const 3
            i32.shl
            call 61
            local.get 11
            i32.const 12
            i32.mul
            local.set 8
            local.get 10
            i32.load offset=80
            local.tee 12
            local.set 7
            loop ;; label = @4
              local.get 8
              i32.eqz
              br_if 2 (;@2;)
              local.get 9
              i32.load
              local.tee 13
              i32.const -2147483648
              i32.eq
              br_if 2 (;@2;)
              local.get 10
              local.get 9
              i64.load offset=4 align=4
              i64.store offset=84 align=4
              local.get 10
              local.get 13
              i32.store offset=80
              local.get 10
              i32.const 16
              i32.add
              local.get 10
              i32.const 80
              i32.add
              call 45
              local.get 7
              local.get 10
              i64.load offset=16
              i64.store align=4
              local.get 7
              i32.const 8
              i32.add
              local.set 7
              local.get 8
              i32.const -12
              i32.add
              local.set 8
              local.get 9
              i32.const 12
              i32.add
              local.set 9
              br 0 (;@4;)
            end
          end
          i32.const 0
          i32.const 0
          i32.store8 offset=1049756
          local.get 10
          i32.load offset=56
          local.set 9
          local.get 10
          i64.load offset=48 align=4
          local.set 14
          block ;; label = @3
            local.get 10
            i32.load offset=44
            local.tee 8
            i32.const -2147483648
            i32.eq
            br_if 0 (;@3;)
            i32.const 0
            i32.const 1
            i32.store8 offset=1049760
            local.get 10
            local.get 14
            i64.store offset=84 align=4
            local.get 10
            local.get 8
            i32.store offset=80
            local.get 10
            i32.const 8
            i32.add
            local.get 10
            i32.const 80
            i32.add
            call 45
            i32.const 0
            local.get 9
            i32.store offset=1049772
            i32.const 0
            local.get 10
            i64.load offset=8
            i64.store offset=1049764 align=4
            br 2 (;@1;)
          end
          i32.const 0
          i32.const 0
          i32.store8 offset=1049760
          local.get 10
          local.get 9
          i32.store offset=88
          local.get 10
          local.get 14
          i64.store offset=80
          local.get 10
          local.get 10
          i32.const 80
          i32.add
          call 45
          i32.const 0
          local.get 10
          i64.load
          i64.store offset=1049764 align=4
          br 1 (;@1;)
        end
        i32.const 0
        local.get 12
        i32.store offset=1049780
        i32.const 0
        local.get 11
        i32.store offset=1049784
      end
      local.get 10
      i32.const 96
      i32.add
      global.set 0
      i32.const 1049756
    )
    (func (;67;) (type 14) (param i32) (result i32)
      (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i32 i32 i32 i32 i32 i32 i32 i64)
      global.get 0
      i32.const 256
      i32.sub
      local.tee 1
      global.set 0
      call 60
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
      i32.load offset=4
      local.set 5
      local.get 0
      i32.load
      local.set 6
      local.get 1
      i32.const 92
      i32.add
      local.get 0
      i32.load offset=124
      local.tee 7
      call 42
      block ;; label = @1
        block ;; label = @2
          loop ;; label = @3
            block ;; label = @4
              block ;; label = @5
                block ;; label = @6
                  local.get 7
                  i32.eqz
                  br_if 0 (;@6;)
                  local.get 2
                  i32.const 40
                  i32.add
                  i32.load8_u
                  local.set 8
                  local.get 2
                  i32.const 24
                  i32.add
                  i32.load
                  local.set 9
                  local.get 2
                  i32.const 20
                  i32.add
                  i32.load
                  local.set 10
                  local.get 2
                  i32.const 16
                  i32.add
                  i32.load
                  local.set 11
                  local.get 2
                  i32.const 8
                  i32.add
                  i64.load
                  local.set 12
                  local.get 2
                  i32.const 4
                  i32.add
                  i32.load
                  local.set 13
                  local.get 2
                  i32.const 28
                  i32.add
                  i32.load8_u
                  br_if 1 (;@5;)
                  i32.const -2147483648
                  local.set 14
                  br 2 (;@4;)
                end
                local.get 0
                i32.load offset=128
                local.set 15
                local.get 1
                i32.const 160
                i32.add
                local.get 0
                i32.load offset=132
                local.tee 16
                call 43
                local.get 1
                i32.const 196
                i32.add
                local.set 14
                i32.const 0
                local.set 8
                loop ;; label = @6
                  block ;; label = @7
                    block ;; label = @8
                      local.get 8
                      local.get 16
                      i32.eq
                      br_if 0 (;@8;)
                      local.get 15
                      local.get 8
                      i32.const 36
                      i32.mul
                      i32.add
                      local.tee 13
                      i32.load offset=28
                      local.set 2
                      local.get 13
                      i32.load offset=24
                      local.set 10
                      local.get 13
                      i32.load offset=20
                      local.set 17
                      local.get 13
                      i32.load8_u offset=8
                      local.set 18
                      local.get 13
                      i32.load offset=4
                      local.set 11
                      local.get 13
                      i32.load
                      local.set 19
                      local.get 1
                      i32.const 52
                      i32.add
                      local.get 13
                      i32.load offset=32
                      local.tee 7
                      call 44
                      loop ;; label = @9
                        local.get 7
                        i32.eqz
                        br_if 2 (;@7;)
                        local.get 1
                        local.get 2
                        i32.load
                        i32.store offset=224
                        local.get 1
                        local.get 2
                        i32.const 4
                        i32.add
                        i32.load
                        local.tee 9
                        i32.store offset=228
                        local.get 1
                        local.get 9
                        i32.store offset=220
                        local.get 7
                        i32.const -1
                        i32.add
                        local.set 7
                        local.get 2
                        i32.const 8
                        i32.add
                        local.set 2
                        local.get 1
                        i32.const 52
                        i32.add
                        local.get 1
                        i32.const 220
                        i32.add
                        call 50
                        br 0 (;@9;)
                      end
                    end
                    block ;; label = @8
                      block ;; label = @9
                        local.get 0
                        i32.load8_u offset=136
                        br_if 0 (;@9;)
                        i32.const 1
                        local.set 2
                        i32.const 0
                        local.set 7
                        br 1 (;@8;)
                      end
                      i32.const 1
                      local.get 0
                      i32.load offset=140
                      local.get 0
                      i32.load offset=144
                      local.tee 7
                      i32.const -2147483648
                      i32.eq
                      local.tee 9
                      select
                      local.set 2
                      i32.const 0
                      local.get 7
                      local.get 9
                      select
                      local.set 7
                    end
                    local.get 1
                    local.get 7
                    i32.store offset=252
                    local.get 1
                    local.get 2
                    i32.store offset=248
                    local.get 1
                    local.get 3
                    i32.store offset=244
                    local.get 1
                    local.get 4
                    i32.store offset=240
                    local.get 1
                    local.get 5
                    i32.store offset=236
                    local.get 1
                    local.get 6
                    i32.store offset=232
                    local.get 1
                    i32.const 52
                    i32.add
                    local.get 1
                    i32.const 232
                    i32.add
                    i32.const 3
                    call 26
                    block ;; label = @8
                      block ;; label = @9
                        local.get 1
                        i32.load offset=52
                        i32.const -2147483648
                        i32.eq
                        br_if 0 (;@9;)
                        i32.const 0
                        local.get 1
                        i32.load8_u offset=88
                        i32.store8 offset=1049760
                        i32.const 0
                        i32.const 1
                        i32.store8 offset=1049756
                        local.get 1
                        i32.load offset=80
                        local.set 2
                        local.get 1
                        i32.load offset=84
                        local.set 8
                        local.get 1
                        i32.const 40
                        i32.add
                        local.get 1
                        i32.const 52
                        i32.add
                        call 45
                        i32.const 0
                        local.get 1
                        i64.load offset=40
                        i64.store offset=1049764 align=4
                        local.get 1
                        i32.const 32
                        i32.add
                        local.get 1
                        i32.const 52
                        i32.add
                        i32.const 12
                        i32.add
                        call 45
                        i32.const 0
                        local.get 1
                        i64.load offset=32
                        i64.store offset=1049772 align=4
                        local.get 1
                        i32.const 232
                        i32.add
                        i32.const 4
                        local.get 8
                        i32.const 3
                        i32.shl
                        call 61
                        local.get 8
                        i32.const 12
                        i32.mul
                        local.set 7
                        local.get 1
                        i32.load offset=232
                        local.tee 10
                        local.set 9
                        loop ;; label = @10
                          local.get 7
                          i32.eqz
                          br_if 2 (;@8;)
                          local.get 2
                          i32.load
                          local.tee 13
                          i32.const -2147483648
                          i32.eq
                          br_if 2 (;@8;)
                          local.get 1
                          local.get 2
                          i64.load offset=4 align=4
                          i64.store offset=236 align=4
                          local.get 1
                          local.get 13
                          i32.store offset=232
                          local.get 1
                          i32.const 24
                          i32.add
                          local.get 1
                          i32.const 232
                          i32.add
                          call 45
                          local.get 9
                          local.get 1
                          i64.load offset=24
                          i64.store align=4
                          local.get 9
                          i32.const 8
                          i32.add
                          local.set 9
                          local.get 7
                          i32.const -12
                          i32.add
                          local.set 7
                          local.get 2
                          i32.const 12
                          i32.add
                          local.set 2
                          br 0 (;@10;)
                        end
                      end
                      i32.const 0
                      i32.const 0
                      i32.store8 offset=1049756
                      local.get 1
                      i32.load offset=68
                      local.set 2
                      local.get 1
                      i64.load offset=60 align=4
                      local.set 12
                      local.get 1
                      i32.load offset=56
                      local.tee 7
                      i32.const -2147483648
                      i32.eq
                      br_if 6 (;@2;)
                      i32.const 0
                      i32.const 1
                      i32.store8 offset=1049760
                      local.get 1
                      local.get 12
                      i64.store offset=236 align=4
                      local.get 1
                      local.get 7
                      i32.store offset=232
                      local.get 1
                      i32.const 16
                      i32.add
                      local.get 1
                      i32.const 232
                      i32.add
                      call 45
                      i32.const 0
                      local.get 2
                      i32.store offset=1049772
                      i32.const 0
                      local.get 1
                      i64.load offset=16
                      i64.store offset=1049764 align=4
                      br 7 (;@1;)
                    end
                    i32.const 0
                    local.get 10
                    i32.store offset=1049780
                    i32.const 0
                    local.get 8
                    i32.store offset=1049784
                    br 6 (;@1;)
                  end
                  block ;; label = @7
                    block ;; label = @8
                      local.get 18
                      i32.const 255
                      i32.and
                      br_if 0 (;@8;)
                      i32.const -2147483648
                      local.set 2
                      br 1 (;@7;)
                    end
                    local.get 13
                    i32.load offset=16
                    local.tee 2
                    i64.extend_i32_u
                    i64.const 32
                    i64.shl
                    local.get 13
                    i64.load32_u offset=12
                    i64.or
                    local.set 12
                  end
                  local.get 8
                  i32.const 1
                  i32.add
                  local.set 8
                  local.get 14
                  local.get 1
                  i32.load offset=60
                  i32.store offset=8
                  local.get 14
                  local.get 1
                  i64.load offset=52 align=4
                  i64.store align=4
                  local.get 1
                  local.get 12
                  i64.store offset=212 align=4
                  local.get 1
                  local.get 2
                  i32.store offset=208
                  local.get 1
                  local.get 11
                  i32.store offset=180
                  local.get 1
                  local.get 19
                  i32.store offset=176
                  local.get 1
                  local.get 11
                  i32.store offset=172
                  local.get 1
                  local.get 10
                  i32.store offset=192
                  local.get 1
                  local.get 17
                  i32.store offset=188
                  local.get 1
                  local.get 10
                  i32.store offset=184
                  local.get 1
                  i32.const 160
                  i32.add
                  local.get 1
                  i32.const 172
                  i32.add
                  call 46
                  br 0 (;@6;)
                end
              end
              local.get 2
              i32.const 36
              i32.add
              i32.load
              local.tee 14
              i64.extend_i32_u
              i64.const 32
              i64.shl
              local.get 2
              i32.const 32
              i32.add
              i64.load32_u
              i64.or
              local.set 20
            end
            local.get 2
            i32.load
            local.set 17
            local.get 1
            local.get 13
            i32.store offset=120
            local.get 1
            local.get 17
            i32.store offset=116
            local.get 1
            local.get 13
            i32.store offset=112
            local.get 1
            local.get 11
            i32.store offset=148
            local.get 1
            local.get 12
            i64.store offset=104
            local.get 1
            local.get 20
            i64.store offset=140 align=4
            local.get 1
            local.get 14
            i32.store offset=136
            local.get 1
            local.get 9
            i32.store offset=132
            local.get 1
            local.get 10
            i32.store offset=128
            local.get 1
            local.get 9
            i32.store offset=124
            local.get 1
            local.get 8
            i32.const 255
            i32.and
            i32.const 0
            i32.ne
            i32.store8 offset=152
            local.get 7
            i32.const -1
            i32.add
            local.set 7
            local.get 2
            i32.const 48
            i32.add
            local.set 2
            local.get 1
            i32.const 92
            i32.add
            local.get 1
            i32.const 104
            i32.add
            call 48
            br 0 (;@3;)
          end
        end
        i32.const 0
        i32.const 0
        i32.store8 offset=1049760
        local.get 1
        local.get 2
        i32.store offset=240
        local.get 1
        local.get 12
        i64.store offset=232
        local.get 1
        i32.const 8
        i32.add
        local.get 1
        i32.const 232
        i32.add
        call 45
        i32.const 0
        local.get 1
        i64.load offset=8
        i64.store offset=1049764 align=4
      end
      local.get 1
      i32.const 256
      i32.add
      global.set 0
      i32.const 1049756
    )
    (func (;68;) (type 14) (param i32) (result i32)
      (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i32 i32 i32 i32 i32 i32 i32 i64)
      global.get 0
      i32.const 240
      i32.sub
      local.tee 1
      global.set 0
      call 60
      local.get 0
      i32.load offset=120
      local.set 2
      local.get 0
      i32.load offset=44
      local.set 3
      local.get 0
      i32.load offset=40
      local.set 4
      local.get 1
      i32.const 84
      i32.add
      local.get 0
      i32.load offset=124
      local.tee 5
      call 42
      block ;; label = @1
        block ;; label = @2
          loop ;; label = @3
            block ;; label = @4
              block ;; label = @5
                block ;; label = @6
                  local.get 5
                  i32.eqz
                  br_if 0 (;@6;)
                  local.get 2
                  i32.const 40
                  i32.add
                  i32.load8_u
                  local.set 6
                  local.get 2
                  i32.const 24
                  i32.add
                  i32.load
                  local.set 7
                  local.get 2
                  i32.const 20
                  i32.add
                  i32.load
                  local.set 8
                  local.get 2
                  i32.const 16
                  i32.add
                  i32.load
                  local.set 9
                  local.get 2
                  i32.const 8
                  i32.add
                  i64.load
                  local.set 10
                  local.get 2
                  i32.const 4
                  i32.add
                  i32.load
                  local.set 11
                  local.get 2
                  i32.const 28
                  i32.add
                  i32.load8_u
                  br_if 1 (;@5;)
                  i32.const -2147483648
                  local.set 12
                  br 2 (;@4;)
                end
                local.get 0
                i32.load offset=128
                local.set 13
                local.get 1
                i32.const 152
                i32.add
                local.get 0
                i32.load offset=132
                local.tee 14
                call 43
                local.get 1
                i32.const 188
                i32.add
                local.set 12
                i32.const 0
                local.set 6
                loop ;; label = @6
                  block ;; label = @7
                    block ;; label = @8
                      local.get 6
                      local.get 14
                      i32.eq
                      br_if 0 (;@8;)
                      local.get 13
                      local.get 6
                      i32.const 36
                      i32.mul
                      i32.add
                      local.tee 11
                      i32.load offset=28
                      local.set 2
                      local.get 11
                      i32.load offset=24
                      local.set 8
                      local.get 11
                      i32.load offset=20
                      local.set 15
                      local.get 11
                      i32.load8_u offset=8
                      local.set 16
                      local.get 11
                      i32.load offset=4
                      local.set 9
                      local.get 11
                      i32.load
                      local.set 17
                      local.get 1
                      i32.const 44
                      i32.add
                      local.get 11
                      i32.load offset=32
                      local.tee 5
                      call 44
                      loop ;; label = @9
                        local.get 5
                        i32.eqz
                        br_if 2 (;@7;)
                        local.get 1
                        local.get 2
                        i32.load
                        i32.store offset=216
                        local.get 1
                        local.get 2
                        i32.const 4
                        i32.add
                        i32.load
                        local.tee 7
                        i32.store offset=220
                        local.get 1
                        local.get 7
                        i32.store offset=212
                        local.get 5
                        i32.const -1
                        i32.add
                        local.set 5
                        local.get 2
                        i32.const 8
                        i32.add
                        local.set 2
                        local.get 1
                        i32.const 44
                        i32.add
                        local.get 1
                        i32.const 212
                        i32.add
                        call 50
                        br 0 (;@9;)
                      end
                    end
                    local.get 1
                    local.get 0
                    i64.load offset=136 align=4
                    i64.store offset=232 align=4
                    local.get 1
                    local.get 3
                    i32.store offset=228
                    local.get 1
                    local.get 4
                    i32.store offset=224
                    local.get 1
                    i32.const 44
                    i32.add
                    local.get 1
                    i32.const 224
                    i32.add
                    i32.const 2
                    call 26
                    block ;; label = @8
                      block ;; label = @9
                        local.get 1
                        i32.load offset=44
                        i32.const -2147483648
                        i32.eq
                        br_if 0 (;@9;)
                        i32.const 0
                        local.get 1
                        i32.load8_u offset=80
                        i32.store8 offset=1049760
                        i32.const 0
                        i32.const 1
                        i32.store8 offset=1049756
                        local.get 1
                        i32.load offset=72
                        local.set 2
                        local.get 1
                        i32.load offset=76
                        local.set 6
                        local.get 1
                        i32.const 32
                        i32.add
                        local.get 1
                        i32.const 44
                        i32.add
                        call 45
                        i32.const 0
                        local.get 1
                        i64.load offset=32
                        i64.store offset=1049764 align=4
                        local.get 1
                        i32.const 24
                        i32.add
                        local.get 1
                        i32.const 44
                        i32.add
                        i32.const 12
                        i32.add
                        call 45
                        i32.const 0
                        local.get 1
                        i64.load offset=24
                        i64.store offset=1049772 align=4
                        local.get 1
                        i32.const 224
                        i32.add
                        i32.const 4
                        local.get 6
                        i32.const 3
                        i32.shl
                        call 61
                        local.get 6
                        i32.const 12
                        i32.mul
                        local.set 5
                        local.get 1
                        i32.load offset=224
                        local.tee 8
                        local.set 7
                        loop ;; label = @10
                          local.get 5
                          i32.eqz
                          br_if 2 (;@8;)
                          local.get 2
                          i32.load
                          local.tee 11
                          i32.const -2147483648
                          i32.eq
                          br_if 2 (;@8;)
                          local.get 1
                          local.get 2
                          i64.load offset=4 align=4
                          i64.store offset=228 align=4
                          local.get 1
                          local.get 11
                          i32.store offset=224
                          local.get 1
                          i32.const 16
                          i32.add
                          local.get 1
                          i32.const 224
                          i32.add
                          call 45
                          local.get 7
                          local.get 1
                          i64.load offset=16
                          i64.store align=4
                          local.get 7
                          i32.const 8
                          i32.add
                          local.set 7
                          local.get 5
                          i32.const -12
                          i32.add
                          local.set 5
                          local.get 2
                          i32.const 12
                          i32.add
                          local.set 2
                          br 0 (;@10;)
                        end
                      end
                      i32.const 0
                      i32.const 0
                      i32.store8 offset=1049756
                      local.get 1
                      i32.load offset=60
                      local.set 2
                      local.get 1
                      i64.load offset=52 align=4
                      local.set 10
                      local.get 1
                      i32.load offset=48
                      local.tee 5
                      i32.const -2147483648
                      i32.eq
                      br_if 6 (;@2;)
                      i32.const 0
                      i32.const 1
                      i32.store8 offset=1049760
                      local.get 1
                      local.get 10
                      i64.store offset=228 align=4
                      local.get 1
                      local.get 5
                      i32.store offset=224
                      local.get 1
                      i32.const 8
                      i32.add
                      local.get 1
                      i32.const 224
                      i32.add
                      call 45
                      i32.const 0
                      local.get 2
                      i32.store offset=1049772
                      i32.const 0
                      local.get 1
                      i64.load offset=8
                      i64.store offset=1049764 align=4
                      br 7 (;@1;)
                    end
                    i32.const 0
                    local.get 8
                    i32.store offset=1049780
                    i32.const 0
                    local.get 6
                    i32.store offset=1049784
                    br 6 (;@1;)
                  end
                  block ;; label = @7
                    block ;; label = @8
                      local.get 16
                      i32.const 255
                      i32.and
                      br_if 0 (;@8;)
                      i32.const -2147483648
                      local.set 2
                      br 1 (;@7;)
                    end
                    local.get 11
                    i32.load offset=16
                    local.tee 2
                    i64.extend_i32_u
                    i64.const 32
                    i64.shl
                    local.get 11
                    i64.load32_u offset=12
                    i64.or
                    local.set 10
                  end
                  local.get 6
                  i32.const 1
                  i32.add
                  local.set 6
                  local.get 12
                  local.get 1
                  i32.load offset=52
                  i32.store offset=8
                  local.get 12
                  local.get 1
                  i64.load offset=44 align=4
                  i64.store align=4
                  local.get 1
                  local.get 10
                  i64.store offset=204 align=4
                  local.get 1
                  local.get 2
                  i32.store offset=200
                  local.get 1
                  local.get 9
                  i32.store offset=172
                  local.get 1
                  local.get 17
                  i32.store offset=168
                  local.get 1
                  local.get 9
                  i32.store offset=164
                  local.get 1
                  local.get 8
                  i32.store offset=184
                  local.get 1
                  local.get 15
                  i32.store offset=180
                  local.get 1
                  local.get 8
                  i32.store offset=176
                  local.get 1
                  i32.const 152
                  i32.add
                  local.get 1
                  i32.const 164
                  i32.add
                  call 46
                  br 0 (;@6;)
                end
              end
              local.get 2
              i32.const 36
              i32.add
              i32.load
              local.tee 12
              i64.extend_i32_u
              i64.const 32
              i64.shl
              local.get 2
              i32.const 32
              i32.add
              i64.load32_u
              i64.or
              local.set 18
            end
            local.get 2
            i32.load
            local.set 15
            local.get 1
            local.get 11
            i32.store offset=112
            local.get 1
            local.get 15
            i32.store offset=108
            local.get 1
            local.get 11
            i32.store offset=104
            local.get 1
            local.get 9
            i32.store offset=140
            local.get 1
            local.get 10
            i64.store offset=96
            local.get 1
            local.get 18
            i64.store offset=132 align=4
            local.get 1
            local.get 12
            i32.store offset=128
            local.get 1
            local.get 7
            i32.store offset=124
            local.get 1
            local.get 8
            i32.store offset=120
            local.get 1
            local.get 7
            i32.store offset=116
            local.get 1
            local.get 6
            i32.const 255
            i32.and
            i32.const 0
            i32.ne
            i32.store8 offset=144
            local.get 5
            i32.const -1
            i32.add
            local.set 5
            local.get 2
            i32.const 48
            i32.add
            local.set 2
            local.get 1
            i32.const 84
            i32.add
            local.get 1
            i32.const 96
            i32.add
            call 48
            br 0 (;@3;)
          end
        end
        i32.const 0
        i32.const 0
        i32.store8 offset=1049760
        local.get 1
        local.get 2
        i32.store offset=232
        local.get 1
        local.get 10
        i64.store offset=224
        local.get 1
        local.get 1
        i32.const 224
        i32.add
        call 45
        i32.const 0
        local.get 1
        i64.load
        i64.store offset=1049764 align=4
      end
      local.get 1
      i32.const 240
      i32.add
      global.set 0
      i32.const 1049756
    )
    (func (;69;) (type 17) (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
      (local i32 i64)
      global.get 0
      i32.const 80
      i32.sub
      local.tee 11
      global.set 0
      call 60
      local.get 11
      local.get 10
      i32.store offset=76
      local.get 11
      local.get 9
      i32.store offset=72
      local.get 11
      i32.const 5
      i32.const 4
      local.get 7
      i32.const 1
      i32.and
      local.tee 10
      select
      i32.store offset=60
      local.get 11
      i32.const 1049199
      i32.const 1049195
      local.get 10
      select
      i32.store offset=56
      local.get 11
      local.get 8
      i32.const 7
      i32.and
      i32.const 2
      i32.shl
      local.tee 10
      i32.load offset=1049672
      i32.store offset=68
      local.get 11
      local.get 10
      i32.load offset=1049692
      i32.store offset=64
      local.get 11
      i32.const 16
      i32.add
      i32.const 4
      i32.add
      local.get 11
      i32.const 56
      i32.add
      i32.const 3
      i32.const 1049231
      i32.const 1
      call 27
      i32.const 0
      i32.const 0
      i32.store8 offset=1049756
      local.get 11
      i64.load offset=24 align=4
      local.set 12
      block ;; label = @1
        block ;; label = @2
          local.get 11
          i32.load offset=20
          local.tee 10
          i32.const -2147483648
          i32.eq
          br_if 0 (;@2;)
          i32.const 0
          i32.const 1
          i32.store8 offset=1049760
          local.get 11
          local.get 12
          i64.store offset=60 align=4
          local.get 11
          local.get 10
          i32.store offset=56
          local.get 11
          i32.const 8
          i32.add
          local.get 11
          i32.const 56
          i32.add
          call 45
          i32.const 0
          i32.const 7
          i32.store offset=1049772
          local.get 11
          i32.load offset=12
          local.set 10
          local.get 11
          i32.load offset=8
          local.set 9
          br 1 (;@1;)
        end
        i32.const 0
        i32.const 0
        i32.store8 offset=1049760
        local.get 11
        i32.const 7
        i32.store offset=64
        local.get 11
        local.get 12
        i64.store offset=56
        local.get 11
        local.get 11
        i32.const 56
        i32.add
        call 45
        local.get 11
        i32.load offset=4
        local.set 10
        local.get 11
        i32.load
        local.set 9
      end
      i32.const 0
      local.get 9
      i32.store offset=1049764
      i32.const 0
      local.get 10
      i32.store offset=1049768
      local.get 11
      i32.const 80
      i32.add
      global.set 0
      i32.const 1049756
    )
    (func (;70;) (type 18) (param i32 i32 i32 i32 i32) (result i32)
      (local i32 i64 i32 i32 i32 i64 i64 i32)
      global.get 0
      i32.const 112
      i32.sub
      local.tee 5
      global.set 0
      call 60
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
      i32.const 1049172
      i32.const 6
      call 25
      local.get 5
      i32.const 96
      i32.add
      i32.const 1049178
      i32.const 1
      call 25
      local.get 5
      i32.const 80
      i32.add
      i32.const 1049179
      i32.const 3
      call 25
      local.get 5
      i32.const 64
      i32.add
      i32.const 1049182
      i32.const 5
      call 25
      i32.const 8
      i32.const 64
      call 22
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
      i32.store8 offset=1049756
      local.get 5
      i32.const 48
      i32.add
      i32.const 8
      i32.const 48
      call 61
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
          call 45
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
          call 45
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
          call 45
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
          call 45
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
      i32.store offset=1049760
      i32.const 0
      i32.const 1
      i32.store offset=1049764
      block ;; label = @1
        block ;; label = @2
          local.get 4
          i32.const -2147483648
          i32.eq
          br_if 0 (;@2;)
          i32.const 0
          i32.const 1
          i32.store8 offset=1049768
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
          call 45
          i32.const 0
          local.get 5
          i64.load offset=8
          i64.store offset=1049772 align=4
          br 1 (;@1;)
        end
        i32.const 0
        i32.const 0
        i32.store8 offset=1049768
      end
      local.get 5
      i32.const 112
      i32.add
      global.set 0
      i32.const 1049756
    )
    (func (;71;) (type 10) (param i32 i32 i32 i32) (result i32)
      (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64 i64)
      global.get 0
      i32.const 176
      i32.sub
      local.tee 4
      global.set 0
      call 60
      local.get 4
      i32.const 60
      i32.add
      local.get 3
      call 44
      block ;; label = @1
        loop ;; label = @2
          local.get 3
          i32.eqz
          br_if 1 (;@1;)
          local.get 4
          local.get 2
          i32.load
          i32.store offset=76
          local.get 4
          local.get 2
          i32.const 4
          i32.add
          i32.load
          local.tee 5
          i32.store offset=80
          local.get 4
          local.get 5
          i32.store offset=72
          local.get 3
          i32.const -1
          i32.add
          local.set 3
          local.get 2
          i32.const 8
          i32.add
          local.set 2
          local.get 4
          i32.const 60
          i32.add
          local.get 4
          i32.const 72
          i32.add
          call 50
          br 0 (;@2;)
        end
      end
      local.get 4
      i32.load offset=64
      local.set 6
      local.get 4
      i32.load offset=68
      local.set 2
      i32.const 4
      i32.const 24
      call 22
      local.set 7
      local.get 4
      i32.const 112
      i32.add
      i32.const 1049178
      i32.const 1
      call 25
      local.get 4
      i32.const 112
      i32.add
      i32.const 12
      i32.add
      i32.const 1049338
      i32.const 12
      call 25
      local.get 7
      local.get 4
      i64.load offset=128 align=4
      i64.store offset=16 align=4
      local.get 7
      local.get 4
      v128.load offset=112 align=4
      v128.store align=4
      local.get 4
      i32.const 48
      i32.add
      local.get 2
      i32.const 4
      i32.const 36
      call 40
      i32.const 0
      local.set 8
      local.get 4
      i32.const 0
      i32.store offset=92
      local.get 4
      local.get 4
      i32.load offset=52
      local.tee 9
      i32.store offset=88
      local.get 4
      local.get 4
      i32.load offset=48
      local.tee 3
      i32.store offset=84
      local.get 2
      i32.const 12
      i32.mul
      local.set 5
      block ;; label = @1
        local.get 2
        local.get 3
        i32.le_u
        br_if 0 (;@1;)
        local.get 4
        i32.const 84
        i32.add
        local.get 2
        i32.const 4
        i32.const 36
        call 41
        local.get 4
        i32.load offset=88
        local.set 9
        local.get 4
        i32.load offset=92
        local.set 8
      end
      local.get 6
      local.get 5
      i32.add
      local.set 10
      local.get 4
      i32.const 112
      i32.add
      i32.const 24
      i32.add
      local.set 11
      local.get 4
      i32.const 152
      i32.add
      i32.const 12
      i32.add
      local.set 12
      block ;; label = @1
        loop ;; label = @2
          local.get 6
          local.get 10
          i32.eq
          br_if 1 (;@1;)
          local.get 4
          local.get 6
          i32.load offset=8
          i32.store offset=104
          local.get 4
          local.get 6
          i64.load align=4
          i64.store offset=96
          local.get 4
          i32.const 40
          i32.add
          i32.const 1
          i32.const 4
          i32.const 24
          call 40
          i32.const 0
          local.set 2
          local.get 4
          i32.load offset=40
          local.tee 13
          i32.const 0
          i32.ne
          i32.const 24
          i32.mul
          local.set 5
          local.get 4
          i32.load offset=44
          local.set 14
          block ;; label = @3
            loop ;; label = @4
              local.get 5
              local.get 2
              i32.eq
              br_if 1 (;@3;)
              local.get 4
              i32.const 152
              i32.add
              local.get 7
              local.get 2
              i32.add
              local.tee 3
              call 72
              local.get 12
              local.get 3
              i32.const 12
              i32.add
              call 72
              local.get 14
              local.get 2
              i32.add
              local.tee 3
              local.get 4
              i64.load offset=168 align=4
              i64.store offset=16 align=4
              local.get 3
              local.get 4
              v128.load offset=152 align=4
              v128.store align=4
              local.get 2
              i32.const 24
              i32.add
              local.set 2
              br 0 (;@4;)
            end
          end
          local.get 11
          i32.const 1049350
          i32.const 3
          call 25
          local.get 4
          local.get 14
          i32.store offset=128
          local.get 4
          local.get 13
          i32.store offset=124
          local.get 4
          local.get 4
          i32.load offset=104
          i32.store offset=120
          local.get 4
          local.get 4
          i64.load offset=96
          i64.store offset=112
          local.get 4
          i32.const 1
          i32.store offset=132
          local.get 9
          local.get 8
          i32.const 36
          i32.mul
          i32.add
          local.get 4
          i32.const 112
          i32.add
          i32.const 36
          memory.copy
          local.get 6
          i32.const 12
          i32.add
          local.set 6
          local.get 8
          i32.const 1
          i32.add
          local.set 8
          br 0 (;@2;)
        end
      end
      i32.const 0
      i32.const 0
      i32.store8 offset=1049756
      local.get 4
      i32.const 112
      i32.add
      i32.const 4
      local.get 8
      i32.const 28
      i32.mul
      call 61
      local.get 9
      local.get 8
      i32.const 36
      i32.mul
      i32.add
      local.set 11
      local.get 4
      i32.load offset=112
      local.set 15
      i32.const 0
      local.set 6
      block ;; label = @1
        loop ;; label = @2
          local.get 9
          local.get 11
          i32.eq
          br_if 1 (;@1;)
          local.get 9
          i32.load
          local.tee 3
          i32.const -2147483648
          i32.eq
          br_if 1 (;@1;)
          local.get 9
          i32.const 36
          i32.add
          local.set 10
          local.get 9
          i64.load offset=28 align=4
          local.set 16
          local.get 9
          i32.load offset=24
          local.set 13
          local.get 9
          i32.load offset=16
          local.set 2
          local.get 9
          i32.load offset=20
          local.set 12
          local.get 4
          local.get 9
          i64.load offset=4 align=4
          i64.store offset=116 align=4
          local.get 4
          local.get 3
          i32.store offset=112
          local.get 4
          i32.const 32
          i32.add
          local.get 4
          i32.const 112
          i32.add
          call 45
          local.get 15
          local.get 6
          i32.const 28
          i32.mul
          i32.add
          local.tee 7
          local.get 4
          i64.load offset=32
          i64.store align=4
          local.get 4
          i32.const 112
          i32.add
          i32.const 4
          local.get 12
          i32.const 4
          i32.shl
          call 61
          local.get 6
          i32.const 1
          i32.add
          local.set 6
          local.get 12
          i32.const 24
          i32.mul
          local.set 5
          local.get 4
          i32.load offset=112
          local.tee 9
          local.set 3
          block ;; label = @3
            loop ;; label = @4
              local.get 5
              i32.eqz
              br_if 1 (;@3;)
              local.get 2
              i32.load
              local.tee 14
              i32.const -2147483648
              i32.eq
              br_if 1 (;@3;)
              local.get 2
              i64.load offset=4 align=4
              local.set 17
              local.get 4
              local.get 2
              i32.load offset=20
              i32.store offset=120
              local.get 4
              local.get 2
              i64.load offset=12 align=4
              i64.store offset=112
              local.get 4
              local.get 17
              i64.store offset=156 align=4
              local.get 4
              local.get 14
              i32.store offset=152
              local.get 4
              i32.const 24
              i32.add
              local.get 4
              i32.const 152
              i32.add
              call 45
              local.get 3
              local.get 4
              i64.load offset=24
              i64.store align=4
              local.get 4
              i32.const 16
              i32.add
              local.get 4
              i32.const 112
              i32.add
              call 45
              local.get 3
              i32.const 8
              i32.add
              local.get 4
              i64.load offset=16
              i64.store align=4
              local.get 3
              i32.const 16
              i32.add
              local.set 3
              local.get 5
              i32.const -24
              i32.add
              local.set 5
              local.get 2
              i32.const 24
              i32.add
              local.set 2
              br 0 (;@4;)
            end
          end
          local.get 7
          local.get 9
          i32.store offset=8
          local.get 7
          local.get 12
          i32.store offset=12
          block ;; label = @3
            local.get 13
            i32.const -2147483648
            i32.eq
            br_if 0 (;@3;)
            local.get 7
            i32.const 1
            i32.store8 offset=16
            local.get 4
            local.get 16
            i64.store offset=116 align=4
            local.get 4
            local.get 13
            i32.store offset=112
            local.get 4
            i32.const 8
            i32.add
            local.get 4
            i32.const 112
            i32.add
            call 45
            local.get 7
            local.get 4
            i64.load offset=8
            i64.store offset=20 align=4
            local.get 10
            local.set 9
            br 1 (;@2;)
          end
          local.get 7
          i32.const 0
          i32.store8 offset=16
          local.get 10
          local.set 9
          br 0 (;@2;)
        end
      end
      i32.const 0
      local.get 15
      i32.store offset=1049760
      i32.const 0
      local.get 8
      i32.store offset=1049764
      local.get 4
      i32.const 176
      i32.add
      global.set 0
      i32.const 1049756
    )
    (func (;72;) (type 6) (param i32 i32)
      (local i32 i32)
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            local.get 1
            i32.load offset=8
            local.tee 2
            br_if 0 (;@3;)
            i32.const 1
            local.set 1
            br 1 (;@2;)
          end
          local.get 1
          i32.load offset=4
          local.set 3
          i32.const 1
          local.get 2
          call 20
          local.tee 1
          i32.eqz
          br_if 1 (;@1;)
          local.get 2
          i32.eqz
          br_if 0 (;@2;)
          local.get 1
          local.get 3
          local.get 2
          memory.copy
        end
        local.get 0
        local.get 2
        i32.store offset=8
        local.get 0
        local.get 1
        i32.store offset=4
        local.get 0
        local.get 2
        i32.store
        return
      end
      local.get 2
      call 23
      unreachable
    )
    (func (;73;) (type 14) (param i32) (result i32)
      (local i32 i32 i32 i32 i32 i32 i32 i64 i32 i32 i32 i32 i32 i32 i64)
      global.get 0
      i32.const 208
      i32.sub
      local.tee 1
      global.set 0
      call 60
      local.get 0
      i32.load offset=96
      local.set 2
      local.get 1
      i32.const 60
      i32.add
      local.get 0
      i32.load offset=100
      local.tee 3
      call 42
      block ;; label = @1
        loop ;; label = @2
          block ;; label = @3
            block ;; label = @4
              block ;; label = @5
                local.get 3
                i32.eqz
                br_if 0 (;@5;)
                local.get 2
                i32.const 40
                i32.add
                i32.load8_u
                local.set 4
                local.get 2
                i32.const 24
                i32.add
                i32.load
                local.set 5
                local.get 2
                i32.const 20
                i32.add
                i32.load
                local.set 6
                local.get 2
                i32.const 16
                i32.add
                i32.load
                local.set 7
                local.get 2
                i32.const 8
                i32.add
                i64.load
                local.set 8
                local.get 2
                i32.const 4
                i32.add
                i32.load
                local.set 9
                local.get 2
                i32.const 28
                i32.add
                i32.load8_u
                br_if 1 (;@4;)
                i32.const -2147483648
                local.set 10
                br 2 (;@3;)
              end
              local.get 0
              i32.load offset=104
              local.set 11
              local.get 1
              i32.const 192
              i32.add
              local.get 0
              i32.load offset=108
              local.tee 12
              call 43
              local.get 1
              i32.const 156
              i32.add
              local.set 10
              i32.const 0
              local.set 4
              loop ;; label = @5
                block ;; label = @6
                  block ;; label = @7
                    local.get 4
                    local.get 12
                    i32.eq
                    br_if 0 (;@7;)
                    local.get 11
                    local.get 4
                    i32.const 36
                    i32.mul
                    i32.add
                    local.tee 9
                    i32.load offset=28
                    local.set 2
                    local.get 9
                    i32.load offset=24
                    local.set 6
                    local.get 9
                    i32.load offset=20
                    local.set 13
                    local.get 9
                    i32.load8_u offset=8
                    local.set 0
                    local.get 9
                    i32.load offset=4
                    local.set 7
                    local.get 9
                    i32.load
                    local.set 14
                    local.get 1
                    i32.const 20
                    i32.add
                    local.get 9
                    i32.load offset=32
                    local.tee 3
                    call 44
                    loop ;; label = @8
                      local.get 3
                      i32.eqz
                      br_if 2 (;@6;)
                      local.get 1
                      local.get 2
                      i32.load
                      i32.store offset=184
                      local.get 1
                      local.get 2
                      i32.const 4
                      i32.add
                      i32.load
                      local.tee 5
                      i32.store offset=188
                      local.get 1
                      local.get 5
                      i32.store offset=180
                      local.get 3
                      i32.const -1
                      i32.add
                      local.set 3
                      local.get 2
                      i32.const 8
                      i32.add
                      local.set 2
                      local.get 1
                      i32.const 20
                      i32.add
                      local.get 1
                      i32.const 180
                      i32.add
                      call 50
                      br 0 (;@8;)
                    end
                  end
                  local.get 1
                  i32.load offset=200
                  i32.const 48
                  i32.mul
                  local.set 5
                  i32.const 0
                  local.set 2
                  local.get 1
                  i32.load offset=196
                  local.tee 4
                  local.set 3
                  block ;; label = @7
                    loop ;; label = @8
                      local.get 4
                      local.get 2
                      i32.add
                      local.set 9
                      local.get 5
                      i32.eqz
                      br_if 1 (;@7;)
                      local.get 3
                      i64.load offset=36 align=4
                      local.set 8
                      local.get 9
                      local.get 3
                      i32.load offset=44
                      i32.store offset=8
                      local.get 9
                      local.get 8
                      i64.store align=4
                      local.get 5
                      i32.const -48
                      i32.add
                      local.set 5
                      local.get 2
                      i32.const 12
                      i32.add
                      local.set 2
                      local.get 3
                      i32.const 48
                      i32.add
                      local.set 3
                      br 0 (;@8;)
                    end
                  end
                  local.get 1
                  i32.const 36
                  i32.add
                  i32.const 1049232
                  i32.const 3
                  call 25
                  i32.const 0
                  i32.const 0
                  i32.store8 offset=1049756
                  local.get 9
                  local.get 4
                  i32.sub
                  local.set 10
                  block ;; label = @7
                    block ;; label = @8
                      local.get 1
                      i32.load offset=36
                      local.tee 3
                      i32.const -2147483648
                      i32.eq
                      br_if 0 (;@8;)
                      local.get 1
                      i64.load offset=40 align=4
                      local.set 8
                      i32.const 0
                      i32.const 1
                      i32.store8 offset=1049760
                      local.get 1
                      local.get 8
                      i64.store offset=196 align=4
                      local.get 1
                      local.get 3
                      i32.store offset=192
                      local.get 1
                      i32.const 8
                      i32.add
                      local.get 1
                      i32.const 192
                      i32.add
                      call 45
                      i32.const 0
                      local.get 1
                      i64.load offset=8
                      i64.store offset=1049764 align=4
                      br 1 (;@7;)
                    end
                    i32.const 0
                    i32.const 0
                    i32.store8 offset=1049760
                  end
                  i32.const 0
                  i32.const 1
                  i32.store8 offset=1049772
                  local.get 1
                  i32.const 192
                  i32.add
                  i32.const 4
                  local.get 10
                  call 61
                  local.get 1
                  i32.load offset=192
                  local.set 7
                  i32.const 0
                  local.set 3
                  loop ;; label = @7
                    local.get 2
                    i32.eqz
                    br_if 6 (;@1;)
                    local.get 4
                    local.get 3
                    i32.add
                    local.tee 6
                    i32.load
                    local.tee 5
                    i32.const -2147483647
                    i32.eq
                    br_if 6 (;@1;)
                    local.get 7
                    local.get 3
                    i32.add
                    local.set 9
                    block ;; label = @8
                      block ;; label = @9
                        local.get 5
                        i32.const -2147483648
                        i32.eq
                        br_if 0 (;@9;)
                        local.get 6
                        i32.const 4
                        i32.add
                        i64.load align=4
                        local.set 8
                        local.get 9
                        i32.const 1
                        i32.store8
                        local.get 1
                        local.get 8
                        i64.store offset=196 align=4
                        local.get 1
                        local.get 5
                        i32.store offset=192
                        local.get 1
                        local.get 1
                        i32.const 192
                        i32.add
                        call 45
                        local.get 9
                        i32.const 4
                        i32.add
                        local.get 1
                        i64.load
                        i64.store align=4
                        br 1 (;@8;)
                      end
                      local.get 9
                      i32.const 0
                      i32.store8
                    end
                    local.get 2
                    i32.const -12
                    i32.add
                    local.set 2
                    local.get 3
                    i32.const 12
                    i32.add
                    local.set 3
                    br 0 (;@7;)
                  end
                end
                block ;; label = @6
                  block ;; label = @7
                    local.get 0
                    i32.const 255
                    i32.and
                    br_if 0 (;@7;)
                    i32.const -2147483648
                    local.set 2
                    br 1 (;@6;)
                  end
                  local.get 9
                  i32.load offset=16
                  local.tee 2
                  i64.extend_i32_u
                  i64.const 32
                  i64.shl
                  local.get 9
                  i64.load32_u offset=12
                  i64.or
                  local.set 8
                end
                local.get 4
                i32.const 1
                i32.add
                local.set 4
                local.get 10
                local.get 1
                i32.load offset=28
                i32.store offset=8
                local.get 10
                local.get 1
                i64.load offset=20 align=4
                i64.store align=4
                local.get 1
                local.get 8
                i64.store offset=172 align=4
                local.get 1
                local.get 2
                i32.store offset=168
                local.get 1
                local.get 7
                i32.store offset=140
                local.get 1
                local.get 14
                i32.store offset=136
                local.get 1
                local.get 7
                i32.store offset=132
                local.get 1
                local.get 6
                i32.store offset=152
                local.get 1
                local.get 13
                i32.store offset=148
                local.get 1
                local.get 6
                i32.store offset=144
                local.get 1
                i32.const 192
                i32.add
                local.get 1
                i32.const 132
                i32.add
                call 46
                br 0 (;@5;)
              end
            end
            local.get 2
            i32.const 36
            i32.add
            i32.load
            local.tee 10
            i64.extend_i32_u
            i64.const 32
            i64.shl
            local.get 2
            i32.const 32
            i32.add
            i64.load32_u
            i64.or
            local.set 15
          end
          local.get 2
          i32.load
          local.set 13
          local.get 1
          local.get 9
          i32.store offset=88
          local.get 1
          local.get 13
          i32.store offset=84
          local.get 1
          local.get 9
          i32.store offset=80
          local.get 1
          local.get 7
          i32.store offset=116
          local.get 1
          local.get 8
          i64.store offset=72
          local.get 1
          local.get 15
          i64.store offset=108 align=4
          local.get 1
          local.get 10
          i32.store offset=104
          local.get 1
          local.get 5
          i32.store offset=100
          local.get 1
          local.get 6
          i32.store offset=96
          local.get 1
          local.get 5
          i32.store offset=92
          local.get 1
          local.get 4
          i32.const 255
          i32.and
          i32.const 0
          i32.ne
          i32.store8 offset=120
          local.get 3
          i32.const -1
          i32.add
          local.set 3
          local.get 2
          i32.const 48
          i32.add
          local.set 2
          local.get 1
          i32.const 60
          i32.add
          local.get 1
          i32.const 72
          i32.add
          call 48
          br 0 (;@2;)
        end
      end
      i32.const 0
      local.get 7
      i32.store offset=1049776
      i32.const 0
      local.get 10
      i32.const 12
      i32.div_u
      i32.store offset=1049780
      local.get 1
      i32.const 208
      i32.add
      global.set 0
      i32.const 1049756
    )
    (func (;74;) (type 15) (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
      (local i32 i32 i32 i64 i32 i32 i32 i32)
      global.get 0
      i32.const 80
      i32.sub
      local.tee 9
      global.set 0
      call 60
      local.get 9
      i32.const 40
      i32.add
      i32.const 1049280
      i32.const 13
      call 25
      local.get 9
      i32.const 40
      i32.add
      i32.const 12
      i32.add
      i32.const 1049293
      i32.const 13
      call 25
      i32.const 4
      i32.const 12
      call 22
      local.set 10
      local.get 9
      i32.const 68
      i32.add
      i32.const 1049306
      i32.const 9
      call 25
      local.get 10
      local.get 9
      i32.load offset=76
      i32.store offset=8
      local.get 10
      local.get 9
      i64.load offset=68 align=4
      i64.store align=4
      local.get 9
      i32.load offset=44
      local.set 11
      local.get 9
      i64.load offset=48 align=4
      local.set 12
      local.get 9
      i32.load offset=56
      local.set 13
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            local.get 9
            i32.load offset=40
            local.tee 14
            i32.const -2147483648
            i32.eq
            br_if 0 (;@3;)
            local.get 9
            i32.load offset=60
            local.set 15
            i32.const 0
            local.set 16
            i32.const 0
            i32.const 3
            i32.store8 offset=1049760
            i32.const 0
            i32.const 1
            i32.store8 offset=1049756
            local.get 9
            local.get 11
            i32.store offset=44
            local.get 9
            local.get 14
            i32.store offset=40
            local.get 9
            local.get 12
            i64.store32 offset=48
            local.get 9
            i32.const 32
            i32.add
            local.get 9
            i32.const 40
            i32.add
            call 45
            i32.const 0
            local.get 9
            i64.load offset=32
            i64.store offset=1049764 align=4
            local.get 9
            local.get 15
            i32.store offset=48
            local.get 9
            local.get 13
            i32.store offset=44
            local.get 9
            local.get 12
            i64.const 32
            i64.shr_u
            i64.store32 offset=40
            local.get 9
            i32.const 24
            i32.add
            local.get 9
            i32.const 40
            i32.add
            call 45
            i32.const 0
            local.get 9
            i64.load offset=24
            i64.store offset=1049772 align=4
            local.get 9
            i32.const 40
            i32.add
            i32.const 4
            i32.const 8
            call 61
            local.get 9
            i32.load offset=40
            local.tee 15
            local.set 11
            loop ;; label = @4
              local.get 16
              i32.const 12
              i32.eq
              br_if 2 (;@2;)
              local.get 10
              local.get 16
              i32.add
              local.tee 13
              i32.load
              local.tee 14
              i32.const -2147483648
              i32.eq
              br_if 2 (;@2;)
              local.get 9
              local.get 13
              i32.const 4
              i32.add
              i64.load align=4
              i64.store offset=44 align=4
              local.get 9
              local.get 14
              i32.store offset=40
              local.get 9
              i32.const 16
              i32.add
              local.get 9
              i32.const 40
              i32.add
              call 45
              local.get 11
              local.get 9
              i64.load offset=16
              i64.store align=4
              local.get 11
              i32.const 8
              i32.add
              local.set 11
              local.get 16
              i32.const 12
              i32.add
              local.set 16
              br 0 (;@4;)
            end
          end
          i32.const 0
          i32.const 0
          i32.store8 offset=1049756
          block ;; label = @3
            local.get 11
            i32.const -2147483648
            i32.eq
            br_if 0 (;@3;)
            i32.const 0
            i32.const 1
            i32.store8 offset=1049760
            local.get 9
            local.get 12
            i64.store offset=44 align=4
            local.get 9
            local.get 11
            i32.store offset=40
            local.get 9
            i32.const 8
            i32.add
            local.get 9
            i32.const 40
            i32.add
            call 45
            i32.const 0
            local.get 13
            i32.store offset=1049772
            i32.const 0
            local.get 9
            i64.load offset=8
            i64.store offset=1049764 align=4
            br 2 (;@1;)
          end
          i32.const 0
          i32.const 0
          i32.store8 offset=1049760
          local.get 9
          local.get 13
          i32.store offset=48
          local.get 9
          local.get 12
          i64.store offset=40
          local.get 9
          local.get 9
          i32.const 40
          i32.add
          call 45
          i32.const 0
          local.get 9
          i64.load
          i64.store offset=1049764 align=4
          br 1 (;@1;)
        end
        i32.const 0
        local.get 15
        i32.store offset=1049780
        i32.const 0
        i32.const 1
        i32.store offset=1049784
      end
      local.get 9
      i32.const 80
      i32.add
      global.set 0
      i32.const 1049756
    )
    (func (;75;) (type 17) (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
      (local i32 i64)
      global.get 0
      i32.const 112
      i32.sub
      local.tee 11
      global.set 0
      call 60
      local.get 11
      local.get 10
      i32.store offset=108
      local.get 11
      local.get 9
      i32.store offset=104
      local.get 11
      local.get 8
      i32.store offset=100
      local.get 11
      local.get 7
      i32.store offset=96
      local.get 11
      local.get 1
      i32.store offset=92
      local.get 11
      local.get 0
      i32.store offset=88
      local.get 11
      i32.const 48
      i32.add
      local.get 11
      i32.const 88
      i32.add
      i32.const 3
      call 26
      block ;; label = @1
        block ;; label = @2
          block ;; label = @3
            local.get 11
            i32.load offset=48
            i32.const -2147483648
            i32.eq
            br_if 0 (;@3;)
            i32.const 0
            local.get 11
            i32.load8_u offset=84
            i32.store8 offset=1049760
            i32.const 0
            i32.const 1
            i32.store8 offset=1049756
            local.get 11
            i32.load offset=76
            local.set 10
            local.get 11
            i32.load offset=80
            local.set 1
            local.get 11
            i32.const 40
            i32.add
            local.get 11
            i32.const 48
            i32.add
            call 45
            i32.const 0
            local.get 11
            i64.load offset=40
            i64.store offset=1049764 align=4
            local.get 11
            i32.const 32
            i32.add
            local.get 11
            i32.const 48
            i32.add
            i32.const 12
            i32.add
            call 45
            i32.const 0
            local.get 11
            i64.load offset=32
            i64.store offset=1049772 align=4
            local.get 11
            i32.const 88
            i32.add
            i32.const 4
            local.get 1
            i32.const 3
            i32.shl
            call 61
            local.get 1
            i32.const 12
            i32.mul
            local.set 9
            local.get 11
            i32.load offset=88
            local.tee 0
            local.set 8
            loop ;; label = @4
              local.get 9
              i32.eqz
              br_if 2 (;@2;)
              local.get 10
              i32.load
              local.tee 7
              i32.const -2147483648
              i32.eq
              br_if 2 (;@2;)
              local.get 11
              local.get 10
              i64.load offset=4 align=4
              i64.store offset=92 align=4
              local.get 11
              local.get 7
              i32.store offset=88
              local.get 11
              i32.const 24
              i32.add
              local.get 11
              i32.const 88
              i32.add
              call 45
              local.get 8
              local.get 11
              i64.load offset=24
              i64.store align=4
              local.get 8
              i32.const 8
              i32.add
              local.set 8
              local.get 9
              i32.const -12
              i32.add
              local.set 9
              local.get 10
              i32.const 12
              i32.add
              local.set 10
              br 0 (;@4;)
            end
          end
          i32.const 0
          i32.const 0
          i32.store8 offset=1049756
          local.get 11
          i32.load offset=64
          local.set 10
          local.get 11
          i64.load offset=56 align=4
          local.set 12
          block ;; label = @3
            local.get 11
            i32.load offset=52
            local.tee 9
            i32.const -2147483648
            i32.eq
            br_if 0 (;@3;)
            i32.const 0
            i32.const 1
            i32.store8 offset=1049760
            local.get 11
            local.get 12
            i64.store offset=92 align=4
            local.get 11
            local.get 9
            i32.store offset=88
            local.get 11
            i32.const 16
            i32.add
            local.get 11
            i32.const 88
            i32.add
            call 45
            i32.const 0
            local.get 10
            i32.store offset=1049772
            i32.const 0
            local.get 11
            i64.load offset=16
            i64.store offset=1049764 align=4
            br 2 (;@1;)
          end
          i32.const 0
          i32.const 0
          i32.store8 offset=1049760
          local.get 11
          local.get 10
          i32.store offset=96
          local.get 11
          local.get 12
          i64.store offset=88
          local.get 11
          i32.const 8
          i32.add
          local.get 11
          i32.const 88
          i32.add
          call 45
          i32.const 0
          local.get 11
          i64.load offset=8
          i64.store offset=1049764 align=4
          br 1 (;@1;)
        end
        i32.const 0
        local.get 0
        i32.store offset=1049780
        i32.const 0
        local.get 1
        i32.store offset=1049784
      end
      local.get 11
      i32.const 112
      i32.add
      global.set 0
      i32.const 1049756
    )
    (func (;76;) (type 10) (param i32 i32 i32 i32) (result i32)
      (local i32)
      global.get 0
      i32.const 32
      i32.sub
      local.tee 4
      global.set 0
      call 60
      i32.const 0
      i32.const 0
      i32.store8 offset=1049756
      block ;; label = @1
        block ;; label = @2
          local.get 3
          i32.const -2147483648
          i32.eq
          br_if 0 (;@2;)
          i32.const 0
          i32.const 1
          i32.store8 offset=1049760
          local.get 4
          local.get 3
          i32.store offset=20
          local.get 4
          local.get 3
          i64.extend_i32_u
          i64.const 32
          i64.shl
          local.get 2
          i64.extend_i32_u
          i64.or
          i64.store offset=24 align=4
          local.get 4
          i32.const 8
          i32.add
          local.get 4
          i32.const 20
          i32.add
          call 45
          i32.const 0
          local.get 4
          i64.load offset=8
          i64.store offset=1049764 align=4
          br 1 (;@1;)
        end
        i32.const 0
        i32.const 0
        i32.store8 offset=1049760
      end
      local.get 4
      i32.const 32
      i32.add
      global.set 0
      i32.const 1049756
    )
    (func (;77;) (type 2) (result i32)
      (local i32 i32 i32 i32)
      global.get 0
      i32.const 112
      i32.sub
      local.tee 0
      global.set 0
      call 60
      local.get 0
      i32.const 40
      i32.add
      i32.const 1049008
      i32.const 16
      call 25
      local.get 0
      i32.const 52
      i32.add
      local.tee 1
      i32.const 1049024
      i32.const 5
      call 25
      local.get 0
      i32.const 64
      i32.add
      local.tee 2
      i32.const 1049029
      i32.const 28
      call 25
      local.get 0
      i32.const 1
      i32.store offset=108
      local.get 0
      i32.const 1049171
      i32.store offset=104
      local.get 0
      i32.const 55
      i32.store offset=100
      local.get 0
      i32.const 1049116
      i32.store offset=96
      local.get 0
      i32.const 59
      i32.store offset=92
      local.get 0
      i32.const 1049057
      i32.store offset=88
      local.get 0
      i32.const 76
      i32.add
      local.tee 3
      local.get 0
      i32.const 88
      i32.add
      i32.const 3
      i32.const 1
      i32.const 0
      call 27
      local.get 0
      i32.const 32
      i32.add
      local.get 0
      i32.const 40
      i32.add
      call 45
      i32.const 0
      local.get 0
      i64.load offset=32
      i64.store offset=1049816 align=4
      local.get 0
      i32.const 24
      i32.add
      local.get 1
      call 45
      i32.const 0
      local.get 0
      i64.load offset=24
      i64.store offset=1049824 align=4
      local.get 0
      i32.const 16
      i32.add
      local.get 2
      call 45
      i32.const 0
      local.get 0
      i64.load offset=16
      i64.store offset=1049832 align=4
      local.get 0
      i32.const 8
      i32.add
      local.get 3
      call 45
      i32.const 0
      local.get 0
      i64.load offset=8
      i64.store offset=1049840 align=4
      local.get 0
      i32.const 112
      i32.add
      global.set 0
      i32.const 1049816
    )
    (func (;78;) (type 4) (param i32)
      local.get 0
      call 79
      unreachable
    )
    (func (;79;) (type 4) (param i32)
      call 80
      unreachable
    )
    (func (;80;) (type 9)
      unreachable
    )
    (func (;81;) (type 10) (param i32 i32 i32 i32) (result i32)
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
              call 20
              local.set 2
              br 1 (;@3;)
            end
            local.get 0
            local.get 1
            local.get 2
            local.get 3
            call 19
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
    (func (;82;) (type 10) (param i32 i32 i32 i32) (result i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      call 81
    )
    (func (;83;) (type 19) (param i32 i32 i32) (result i32)
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
    (data (;0;) (i32.const 1048576) "\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\01\00\00\00\10range end index \c0\22 out of range for slice of length \c0\00/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/alloc/src/str.rs\00/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/str/pattern.rs\00/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/alloc/src/raw_vec/mod.rs\00&copy_from_slice: source slice length (\c0+) does not match destination slice length (\c0\01)\00\00\00\00\a4\00\10\00O\00\00\00\cd\01\00\007\00\00\00kept-destination0.1.0Every call of a destination.{\22type\22:\22object\22,\22additionalProperties\22:false,\22properties\22:{\22url\22:{\22type\22:\22string\22,\22description\22:\22For the test.\22}}}volume1webtokenownclonecopymorphlinuxwindowsbsdotherunknown kvmdisk0192.0.2.1rootssh-ed25519 AAAAssh/dev/vdbkept.conflictIt is in use.the firstACTIVE192.0.2.3login:vmsmall\092 vCPUwhyurlhttp.openx-authhttp.authorizeMARKER-0001http.substituteGET/http.sendkepthttp.responsehttp.local-addresskeyvalueprogress.cancelledclock.nowclock.elapsedonesecrets.generate-ssh-keytwosecrets.generate-host-keythreesecrets.generate-winrm-loginsecrets.opensecrets.revealokwrongmid > len\00\00\00[\00\10\00H\00\00\00\b1\00\00\00\16\00\00\00[\00\10\00H\00\00\00\9a\00\00\00\0a\00\00\00\05\00\00\00\07\00\00\00\03\00\00\00\05\00\00\00\07\00\00\00t\02\10\00y\02\10\00\80\02\10\00\83\02\10\00\88\02\10\00capacity overflow\00\00\00\f4\00\10\00P\00\00\00\1c\00\00\00\05\00\00\00\02\00\00\00")
    (@producers
      (processed-by "wit-component" "0.258.3")
      (processed-by "wit-bindgen-rust" "0.61.1")
    )
  )
  (core module $wit-component-shim-module (;1;)
    (type (;0;) (func (param i32 i32 i32 i32 i32)))
    (type (;1;) (func (param i32 i32 i64 i32 i64)))
    (type (;2;) (func (param i32 i32 i32)))
    (type (;3;) (func (param i32 i32)))
    (type (;4;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (type (;5;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (table (;0;) 12 12 funcref)
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
    (export "$imports" (table 0))
    (func (;0;) (type 0) (param i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      i32.const 0
      call_indirect (type 0)
    )
    (func (;1;) (type 1) (param i32 i32 i64 i32 i64)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      i32.const 1
      call_indirect (type 1)
    )
    (func (;2;) (type 2) (param i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      i32.const 2
      call_indirect (type 2)
    )
    (func (;3;) (type 2) (param i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      i32.const 3
      call_indirect (type 2)
    )
    (func (;4;) (type 2) (param i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      i32.const 4
      call_indirect (type 2)
    )
    (func (;5;) (type 2) (param i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      i32.const 5
      call_indirect (type 2)
    )
    (func (;6;) (type 3) (param i32 i32)
      local.get 0
      local.get 1
      i32.const 6
      call_indirect (type 3)
    )
    (func (;7;) (type 4) (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
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
      i32.const 7
      call_indirect (type 4)
    )
    (func (;8;) (type 0) (param i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      i32.const 8
      call_indirect (type 0)
    )
    (func (;9;) (type 0) (param i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      i32.const 9
      call_indirect (type 0)
    )
    (func (;10;) (type 5) (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
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
      i32.const 10
      call_indirect (type 5)
    )
    (func (;11;) (type 3) (param i32 i32)
      local.get 0
      local.get 1
      i32.const 11
      call_indirect (type 3)
    )
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (core instance $wit-component-shim-instance (;0;) (instantiate $wit-component-shim-module))
  (alias export $gyre:host/errors@0.1.0 "error" (type $"#type10 error" (@name "error") (;10;)))
  (alias export $gyre:plugin/types@0.1.0 "vm-spec" (type $vm-spec (;11;)))
  (alias export $gyre:plugin/types@0.1.0 "step" (type $step (;12;)))
  (alias export $gyre:plugin/types@0.1.0 "outcome" (type $outcome (;13;)))
  (alias export $gyre:plugin/types@0.1.0 "state" (type $state (;14;)))
  (alias export $gyre:plugin/types@0.1.0 "finding" (type $finding (;15;)))
  (alias export $gyre:plugin/types@0.1.0 "choices" (type $choices (;16;)))
  (alias export $gyre:plugin/types@0.1.0 "os-type" (type $os-type (;17;)))
  (alias export $gyre:plugin/types@0.1.0 "morphing" (type $morphing (;18;)))
  (alias export $gyre:plugin/types@0.1.0 "marked" (type $marked (;19;)))
  (alias export $gyre:plugin/types@0.1.0 "marked-page" (type $marked-page (;20;)))
  (type (;21;) (variant (case "https" u16) (case "ssh")))
  (type (;22;) (list string))
  (type (;23;) (record (field "disk" string) (field "identities" 22)))
  (type (;24;) (option string))
  (type (;25;) (list 23))
  (type (;26;) (record (field "host" string) (field "port" u16) (field "user" string) (field "host-key" 24) (field "credential" string) (field "os-type" $os-type) (field "transport" 21) (field "disks" 25)))
  (type (;27;) (record (field "disk" string) (field "identity" string) (field "size" u64) (field "zeroed" bool)))
  (type (;28;) (record (field "id" string) (field "name" string) (field "status" string) (field "addresses" 22) (field "console" 24)))
  (type (;29;) (enum "copy" "morph"))
  (type (;30;) (record (field "name" string) (field "version" string) (field "summary" string) (field "config-schema" string)))
  (alias core export $wit-component-shim-instance "0" (core func $indirect-gyre:host/log@0.1.0-write (;0;)))
  (core instance $gyre:host/log@0.1.0 (;1;)
    (export "write" (func $indirect-gyre:host/log@0.1.0-write))
  )
  (alias core export $wit-component-shim-instance "1" (core func $indirect-gyre:host/progress@0.1.0-report (;1;)))
  (alias export $gyre:host/progress@0.1.0 "cancelled" (func $cancelled (;0;)))
  (core func $cancelled (;2;) (canon lower (func $cancelled)))
  (core instance $gyre:host/progress@0.1.0 (;2;)
    (export "report" (func $indirect-gyre:host/progress@0.1.0-report))
    (export "cancelled" (func $cancelled))
  )
  (alias export $gyre:host/clock@0.1.0 "now" (func $now (;1;)))
  (core func $now (;3;) (canon lower (func $now)))
  (alias export $gyre:host/clock@0.1.0 "sleep" (func $sleep (;2;)))
  (core func $sleep (;4;) (canon lower (func $sleep)))
  (alias export $gyre:host/clock@0.1.0 "elapsed" (func $elapsed (;3;)))
  (core func $elapsed (;5;) (canon lower (func $elapsed)))
  (core instance $gyre:host/clock@0.1.0 (;3;)
    (export "now" (func $now))
    (export "sleep" (func $sleep))
    (export "elapsed" (func $elapsed))
  )
  (alias core export $wit-component-shim-instance "2" (core func $"indirect-gyre:host/secrets@0.1.0-[static]secret.generate-ssh-key" (;6;)))
  (alias core export $wit-component-shim-instance "3" (core func $"indirect-gyre:host/secrets@0.1.0-[static]secret.generate-host-key" (;7;)))
  (alias core export $wit-component-shim-instance "4" (core func $"indirect-gyre:host/secrets@0.1.0-[static]secret.generate-winrm-login" (;8;)))
  (alias core export $wit-component-shim-instance "5" (core func $"indirect-gyre:host/secrets@0.1.0-[static]secret.open" (;9;)))
  (alias core export $wit-component-shim-instance "6" (core func $"indirect-gyre:host/secrets@0.1.0-[method]secret.reveal" (;10;)))
  (alias export $gyre:host/secrets@0.1.0 "secret" (type $"#type31 secret" (@name "secret") (;31;)))
  (core func $resource.drop (;11;) (canon resource.drop $"#type31 secret"))
  (core instance $gyre:host/secrets@0.1.0 (;4;)
    (export "[static]secret.generate-ssh-key" (func $"indirect-gyre:host/secrets@0.1.0-[static]secret.generate-ssh-key"))
    (export "[static]secret.generate-host-key" (func $"indirect-gyre:host/secrets@0.1.0-[static]secret.generate-host-key"))
    (export "[static]secret.generate-winrm-login" (func $"indirect-gyre:host/secrets@0.1.0-[static]secret.generate-winrm-login"))
    (export "[static]secret.open" (func $"indirect-gyre:host/secrets@0.1.0-[static]secret.open"))
    (export "[method]secret.reveal" (func $"indirect-gyre:host/secrets@0.1.0-[method]secret.reveal"))
    (export "[resource-drop]secret" (func $resource.drop))
  )
  (alias core export $wit-component-shim-instance "7" (core func $"indirect-gyre:host/http@0.1.0-[static]endpoint.open" (;12;)))
  (alias core export $wit-component-shim-instance "8" (core func $"indirect-gyre:host/http@0.1.0-[method]endpoint.authorize" (;13;)))
  (alias core export $wit-component-shim-instance "9" (core func $"indirect-gyre:host/http@0.1.0-[method]endpoint.substitute" (;14;)))
  (alias core export $wit-component-shim-instance "10" (core func $"indirect-gyre:host/http@0.1.0-[method]endpoint.send" (;15;)))
  (alias core export $wit-component-shim-instance "11" (core func $"indirect-gyre:host/http@0.1.0-[method]endpoint.local-address" (;16;)))
  (alias export $gyre:host/http@0.1.0 "endpoint" (type $endpoint (;32;)))
  (core func $"#core-func17 resource.drop" (@name "resource.drop") (;17;) (canon resource.drop $endpoint))
  (core instance $gyre:host/http@0.1.0 (;5;)
    (export "[static]endpoint.open" (func $"indirect-gyre:host/http@0.1.0-[static]endpoint.open"))
    (export "[method]endpoint.authorize" (func $"indirect-gyre:host/http@0.1.0-[method]endpoint.authorize"))
    (export "[method]endpoint.substitute" (func $"indirect-gyre:host/http@0.1.0-[method]endpoint.substitute"))
    (export "[method]endpoint.send" (func $"indirect-gyre:host/http@0.1.0-[method]endpoint.send"))
    (export "[method]endpoint.local-address" (func $"indirect-gyre:host/http@0.1.0-[method]endpoint.local-address"))
    (export "[resource-drop]endpoint" (func $"#core-func17 resource.drop"))
  )
  (core instance $main (;6;) (instantiate $main
      (with "gyre:host/log@0.1.0" (instance $gyre:host/log@0.1.0))
      (with "gyre:host/progress@0.1.0" (instance $gyre:host/progress@0.1.0))
      (with "gyre:host/clock@0.1.0" (instance $gyre:host/clock@0.1.0))
      (with "gyre:host/secrets@0.1.0" (instance $gyre:host/secrets@0.1.0))
      (with "gyre:host/http@0.1.0" (instance $gyre:host/http@0.1.0))
    )
  )
  (alias core export $main "memory" (core memory $memory (;0;)))
  (core module $wit-component-fixup (;2;)
    (type (;0;) (func (param i32 i32 i32 i32 i32)))
    (type (;1;) (func (param i32 i32 i64 i32 i64)))
    (type (;2;) (func (param i32 i32 i32)))
    (type (;3;) (func (param i32 i32)))
    (type (;4;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (type (;5;) (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "actual" "0" (func (;0;) (type 0)))
    (import "actual" "1" (func (;1;) (type 1)))
    (import "actual" "2" (func (;2;) (type 2)))
    (import "actual" "3" (func (;3;) (type 2)))
    (import "actual" "4" (func (;4;) (type 2)))
    (import "actual" "5" (func (;5;) (type 2)))
    (import "actual" "6" (func (;6;) (type 3)))
    (import "actual" "7" (func (;7;) (type 4)))
    (import "actual" "8" (func (;8;) (type 0)))
    (import "actual" "9" (func (;9;) (type 0)))
    (import "actual" "10" (func (;10;) (type 5)))
    (import "actual" "11" (func (;11;) (type 3)))
    (import "shim" "$imports" (table (;0;) 12 12 funcref))
    (elem (;0;) (i32.const 0) func 0 1 2 3 4 5 6 7 8 9 10 11)
    (@producers
      (processed-by "wit-component" "0.263.0")
    )
  )
  (alias export $gyre:host/log@0.1.0 "write" (func $write (;4;)))
  (core func $"#core-func18 indirect-gyre:host/log@0.1.0-write" (@name "indirect-gyre:host/log@0.1.0-write") (;18;) (canon lower (func $write) (memory $memory) string-encoding=utf8))
  (alias export $gyre:host/progress@0.1.0 "report" (func $report (;5;)))
  (core func $"#core-func19 indirect-gyre:host/progress@0.1.0-report" (@name "indirect-gyre:host/progress@0.1.0-report") (;19;) (canon lower (func $report) (memory $memory) string-encoding=utf8))
  (alias export $gyre:host/secrets@0.1.0 "[static]secret.generate-ssh-key" (func $"[static]secret.generate-ssh-key" (;6;)))
  (alias core export $main "cabi_realloc" (core func $cabi_realloc (;20;)))
  (core func $"#core-func21 indirect-gyre:host/secrets@0.1.0-[static]secret.generate-ssh-key" (@name "indirect-gyre:host/secrets@0.1.0-[static]secret.generate-ssh-key") (;21;) (canon lower (func $"[static]secret.generate-ssh-key") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/secrets@0.1.0 "[static]secret.generate-host-key" (func $"[static]secret.generate-host-key" (;7;)))
  (core func $"#core-func22 indirect-gyre:host/secrets@0.1.0-[static]secret.generate-host-key" (@name "indirect-gyre:host/secrets@0.1.0-[static]secret.generate-host-key") (;22;) (canon lower (func $"[static]secret.generate-host-key") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/secrets@0.1.0 "[static]secret.generate-winrm-login" (func $"[static]secret.generate-winrm-login" (;8;)))
  (core func $"#core-func23 indirect-gyre:host/secrets@0.1.0-[static]secret.generate-winrm-login" (@name "indirect-gyre:host/secrets@0.1.0-[static]secret.generate-winrm-login") (;23;) (canon lower (func $"[static]secret.generate-winrm-login") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/secrets@0.1.0 "[static]secret.open" (func $"[static]secret.open" (;9;)))
  (core func $"#core-func24 indirect-gyre:host/secrets@0.1.0-[static]secret.open" (@name "indirect-gyre:host/secrets@0.1.0-[static]secret.open") (;24;) (canon lower (func $"[static]secret.open") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/secrets@0.1.0 "[method]secret.reveal" (func $"[method]secret.reveal" (;10;)))
  (core func $"#core-func25 indirect-gyre:host/secrets@0.1.0-[method]secret.reveal" (@name "indirect-gyre:host/secrets@0.1.0-[method]secret.reveal") (;25;) (canon lower (func $"[method]secret.reveal") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/http@0.1.0 "[static]endpoint.open" (func $"[static]endpoint.open" (;11;)))
  (core func $"#core-func26 indirect-gyre:host/http@0.1.0-[static]endpoint.open" (@name "indirect-gyre:host/http@0.1.0-[static]endpoint.open") (;26;) (canon lower (func $"[static]endpoint.open") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/http@0.1.0 "[method]endpoint.authorize" (func $"[method]endpoint.authorize" (;12;)))
  (core func $"#core-func27 indirect-gyre:host/http@0.1.0-[method]endpoint.authorize" (@name "indirect-gyre:host/http@0.1.0-[method]endpoint.authorize") (;27;) (canon lower (func $"[method]endpoint.authorize") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/http@0.1.0 "[method]endpoint.substitute" (func $"[method]endpoint.substitute" (;13;)))
  (core func $"#core-func28 indirect-gyre:host/http@0.1.0-[method]endpoint.substitute" (@name "indirect-gyre:host/http@0.1.0-[method]endpoint.substitute") (;28;) (canon lower (func $"[method]endpoint.substitute") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/http@0.1.0 "[method]endpoint.send" (func $"[method]endpoint.send" (;14;)))
  (core func $"#core-func29 indirect-gyre:host/http@0.1.0-[method]endpoint.send" (@name "indirect-gyre:host/http@0.1.0-[method]endpoint.send") (;29;) (canon lower (func $"[method]endpoint.send") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (alias export $gyre:host/http@0.1.0 "[method]endpoint.local-address" (func $"[method]endpoint.local-address" (;15;)))
  (core func $"#core-func30 indirect-gyre:host/http@0.1.0-[method]endpoint.local-address" (@name "indirect-gyre:host/http@0.1.0-[method]endpoint.local-address") (;30;) (canon lower (func $"[method]endpoint.local-address") (memory $memory) (realloc $cabi_realloc) string-encoding=utf8))
  (core instance $actual (;7;)
    (export "0" (func $"#core-func18 indirect-gyre:host/log@0.1.0-write"))
    (export "1" (func $"#core-func19 indirect-gyre:host/progress@0.1.0-report"))
    (export "2" (func $"#core-func21 indirect-gyre:host/secrets@0.1.0-[static]secret.generate-ssh-key"))
    (export "3" (func $"#core-func22 indirect-gyre:host/secrets@0.1.0-[static]secret.generate-host-key"))
    (export "4" (func $"#core-func23 indirect-gyre:host/secrets@0.1.0-[static]secret.generate-winrm-login"))
    (export "5" (func $"#core-func24 indirect-gyre:host/secrets@0.1.0-[static]secret.open"))
    (export "6" (func $"#core-func25 indirect-gyre:host/secrets@0.1.0-[method]secret.reveal"))
    (export "7" (func $"#core-func26 indirect-gyre:host/http@0.1.0-[static]endpoint.open"))
    (export "8" (func $"#core-func27 indirect-gyre:host/http@0.1.0-[method]endpoint.authorize"))
    (export "9" (func $"#core-func28 indirect-gyre:host/http@0.1.0-[method]endpoint.substitute"))
    (export "10" (func $"#core-func29 indirect-gyre:host/http@0.1.0-[method]endpoint.send"))
    (export "11" (func $"#core-func30 indirect-gyre:host/http@0.1.0-[method]endpoint.local-address"))
  )
  (core instance $fixup (;8;) (instantiate $wit-component-fixup
      (with "actual" (instance $actual))
      (with "shim" (instance $wit-component-shim-instance))
    )
  )
  (type (;33;) (option $vm-spec))
  (type (;34;) (list $finding))
  (type (;35;) (result 34 (error $"#type10 error")))
  (type (;36;) (func (param "config" string) (param "vm" 33) (result 35)))
  (alias core export $main "gyre:plugin/destination@0.1.0#check" (core func $gyre:plugin/destination@0.1.0#check (;31;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#check" (core func $cabi_post_gyre:plugin/destination@0.1.0#check (;32;)))
  (func $check (;16;) (type 36) (canon lift (core func $gyre:plugin/destination@0.1.0#check) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#check)))
  (type (;37;) (list $choices))
  (type (;38;) (result 37 (error $"#type10 error")))
  (type (;39;) (func (param "config" string) (param "names" 22) (result 38)))
  (alias core export $main "gyre:plugin/destination@0.1.0#options" (core func $gyre:plugin/destination@0.1.0#options (;33;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#options" (core func $cabi_post_gyre:plugin/destination@0.1.0#options (;34;)))
  (func $options (;17;) (type 39) (canon lift (core func $gyre:plugin/destination@0.1.0#options) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#options)))
  (type (;40;) (option $state))
  (type (;41;) (result $outcome (error $"#type10 error")))
  (type (;42;) (func (param "step" $step) (param "vm" $vm-spec) (param "existing" 40) (result 41)))
  (alias core export $main "gyre:plugin/destination@0.1.0#ensure-disks" (core func $gyre:plugin/destination@0.1.0#ensure-disks (;35;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#ensure-disks" (core func $cabi_post_gyre:plugin/destination@0.1.0#ensure-disks (;36;)))
  (func $ensure-disks (;18;) (type 42) (canon lift (core func $gyre:plugin/destination@0.1.0#ensure-disks) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#ensure-disks)))
  (type (;43;) (list 27))
  (type (;44;) (result 43 (error $"#type10 error")))
  (type (;45;) (func (param "config" string) (param "disks" $state) (result 44)))
  (alias core export $main "gyre:plugin/destination@0.1.0#describe-disks" (core func $gyre:plugin/destination@0.1.0#describe-disks (;37;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#describe-disks" (core func $cabi_post_gyre:plugin/destination@0.1.0#describe-disks (;38;)))
  (func $describe-disks (;19;) (type 45) (canon lift (core func $gyre:plugin/destination@0.1.0#describe-disks) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#describe-disks)))
  (type (;46;) (func (param "step" $step) (param "disks" $state) (result 41)))
  (alias core export $main "gyre:plugin/destination@0.1.0#remove-disks" (core func $gyre:plugin/destination@0.1.0#remove-disks (;39;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#remove-disks" (core func $cabi_post_gyre:plugin/destination@0.1.0#remove-disks (;40;)))
  (func $remove-disks (;20;) (type 46) (canon lift (core func $gyre:plugin/destination@0.1.0#remove-disks) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#remove-disks)))
  (type (;47;) (func (param "step" $step) (param "role" 29) (param "os" $os-type) (param "disks" $state) (result 41)))
  (alias core export $main "gyre:plugin/destination@0.1.0#ensure-worker" (core func $gyre:plugin/destination@0.1.0#ensure-worker (;41;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#ensure-worker" (core func $cabi_post_gyre:plugin/destination@0.1.0#ensure-worker (;42;)))
  (func $ensure-worker (;21;) (type 47) (canon lift (core func $gyre:plugin/destination@0.1.0#ensure-worker) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#ensure-worker)))
  (type (;48;) (result 26 (error $"#type10 error")))
  (type (;49;) (func (param "config" string) (param "worker" $state) (result 48)))
  (alias core export $main "gyre:plugin/destination@0.1.0#describe-worker" (core func $gyre:plugin/destination@0.1.0#describe-worker (;43;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#describe-worker" (core func $cabi_post_gyre:plugin/destination@0.1.0#describe-worker (;44;)))
  (func $describe-worker (;22;) (type 49) (canon lift (core func $gyre:plugin/destination@0.1.0#describe-worker) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#describe-worker)))
  (type (;50;) (result 24 (error $"#type10 error")))
  (type (;51;) (func (param "config" string) (param "worker" $state) (result 50)))
  (alias core export $main "gyre:plugin/destination@0.1.0#worker-console" (core func $gyre:plugin/destination@0.1.0#worker-console (;45;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#worker-console" (core func $cabi_post_gyre:plugin/destination@0.1.0#worker-console (;46;)))
  (func $worker-console (;23;) (type 51) (canon lift (core func $gyre:plugin/destination@0.1.0#worker-console) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#worker-console)))
  (type (;52;) (func (param "step" $step) (param "worker" $state) (result 41)))
  (alias core export $main "gyre:plugin/destination@0.1.0#remove-worker" (core func $gyre:plugin/destination@0.1.0#remove-worker (;47;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#remove-worker" (core func $cabi_post_gyre:plugin/destination@0.1.0#remove-worker (;48;)))
  (func $remove-worker (;24;) (type 52) (canon lift (core func $gyre:plugin/destination@0.1.0#remove-worker) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#remove-worker)))
  (alias core export $main "gyre:plugin/destination@0.1.0#ensure-checkpoint" (core func $gyre:plugin/destination@0.1.0#ensure-checkpoint (;49;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#ensure-checkpoint" (core func $cabi_post_gyre:plugin/destination@0.1.0#ensure-checkpoint (;50;)))
  (func $ensure-checkpoint (;25;) (type 46) (canon lift (core func $gyre:plugin/destination@0.1.0#ensure-checkpoint) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#ensure-checkpoint)))
  (type (;53;) (func (param "step" $step) (param "checkpoint" $state) (result 41)))
  (alias core export $main "gyre:plugin/destination@0.1.0#remove-checkpoint" (core func $gyre:plugin/destination@0.1.0#remove-checkpoint (;51;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#remove-checkpoint" (core func $cabi_post_gyre:plugin/destination@0.1.0#remove-checkpoint (;52;)))
  (func $remove-checkpoint (;26;) (type 53) (canon lift (core func $gyre:plugin/destination@0.1.0#remove-checkpoint) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#remove-checkpoint)))
  (type (;54;) (func (param "step" $step) (param "checkpoint" $state) (param "clone" bool) (result 41)))
  (alias core export $main "gyre:plugin/destination@0.1.0#ensure-clone" (core func $gyre:plugin/destination@0.1.0#ensure-clone (;53;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#ensure-clone" (core func $cabi_post_gyre:plugin/destination@0.1.0#ensure-clone (;54;)))
  (func $ensure-clone (;27;) (type 54) (canon lift (core func $gyre:plugin/destination@0.1.0#ensure-clone) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#ensure-clone)))
  (alias core export $main "gyre:plugin/destination@0.1.0#remove-clone" (core func $gyre:plugin/destination@0.1.0#remove-clone (;55;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#remove-clone" (core func $cabi_post_gyre:plugin/destination@0.1.0#remove-clone (;56;)))
  (func $remove-clone (;28;) (type 46) (canon lift (core func $gyre:plugin/destination@0.1.0#remove-clone) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#remove-clone)))
  (alias core export $main "gyre:plugin/destination@0.1.0#restore-checkpoint" (core func $gyre:plugin/destination@0.1.0#restore-checkpoint (;57;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#restore-checkpoint" (core func $cabi_post_gyre:plugin/destination@0.1.0#restore-checkpoint (;58;)))
  (func $restore-checkpoint (;29;) (type 53) (canon lift (core func $gyre:plugin/destination@0.1.0#restore-checkpoint) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#restore-checkpoint)))
  (type (;55;) (result $morphing (error $"#type10 error")))
  (type (;56;) (func (param "config" string) (param "vm" $vm-spec) (result 55)))
  (alias core export $main "gyre:plugin/destination@0.1.0#plan-morphing" (core func $gyre:plugin/destination@0.1.0#plan-morphing (;59;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#plan-morphing" (core func $cabi_post_gyre:plugin/destination@0.1.0#plan-morphing (;60;)))
  (func $plan-morphing (;30;) (type 56) (canon lift (core func $gyre:plugin/destination@0.1.0#plan-morphing) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#plan-morphing)))
  (type (;57;) (func (param "step" $step) (param "vm" $vm-spec) (param "disks" $state) (result 41)))
  (alias core export $main "gyre:plugin/destination@0.1.0#ensure-instance" (core func $gyre:plugin/destination@0.1.0#ensure-instance (;61;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#ensure-instance" (core func $cabi_post_gyre:plugin/destination@0.1.0#ensure-instance (;62;)))
  (func $ensure-instance (;31;) (type 57) (canon lift (core func $gyre:plugin/destination@0.1.0#ensure-instance) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#ensure-instance)))
  (type (;58;) (result 28 (error $"#type10 error")))
  (type (;59;) (func (param "config" string) (param "instance" $state) (result 58)))
  (alias core export $main "gyre:plugin/destination@0.1.0#describe-instance" (core func $gyre:plugin/destination@0.1.0#describe-instance (;63;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#describe-instance" (core func $cabi_post_gyre:plugin/destination@0.1.0#describe-instance (;64;)))
  (func $describe-instance (;32;) (type 59) (canon lift (core func $gyre:plugin/destination@0.1.0#describe-instance) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#describe-instance)))
  (type (;60;) (func (param "step" $step) (param "instance" $state) (result 41)))
  (alias core export $main "gyre:plugin/destination@0.1.0#remove-instance" (core func $gyre:plugin/destination@0.1.0#remove-instance (;65;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#remove-instance" (core func $cabi_post_gyre:plugin/destination@0.1.0#remove-instance (;66;)))
  (func $remove-instance (;33;) (type 60) (canon lift (core func $gyre:plugin/destination@0.1.0#remove-instance) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#remove-instance)))
  (type (;61;) (result $marked-page (error $"#type10 error")))
  (type (;62;) (func (param "config" string) (param "after" 24) (result 61)))
  (alias core export $main "gyre:plugin/destination@0.1.0#list-marked" (core func $gyre:plugin/destination@0.1.0#list-marked (;67;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#list-marked" (core func $cabi_post_gyre:plugin/destination@0.1.0#list-marked (;68;)))
  (func $list-marked (;34;) (type 62) (canon lift (core func $gyre:plugin/destination@0.1.0#list-marked) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#list-marked)))
  (type (;63;) (func (param "step" $step) (param "kind" string) (param "id" string) (result 41)))
  (alias core export $main "gyre:plugin/destination@0.1.0#remove-marked" (core func $gyre:plugin/destination@0.1.0#remove-marked (;69;)))
  (alias core export $main "cabi_post_gyre:plugin/destination@0.1.0#remove-marked" (core func $cabi_post_gyre:plugin/destination@0.1.0#remove-marked (;70;)))
  (func $remove-marked (;35;) (type 63) (canon lift (core func $gyre:plugin/destination@0.1.0#remove-marked) (memory $memory) (realloc $cabi_realloc) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/destination@0.1.0#remove-marked)))
  (alias export $gyre:host/errors@0.1.0 "error-kind" (type $error-kind (;64;)))
  (alias export $gyre:plugin/types@0.1.0 "firmware" (type $firmware (;65;)))
  (alias export $gyre:plugin/types@0.1.0 "disk-spec" (type $disk-spec (;66;)))
  (alias export $gyre:plugin/types@0.1.0 "nic-spec" (type $nic-spec (;67;)))
  (alias export $gyre:plugin/types@0.1.0 "wait" (type $wait (;68;)))
  (alias export $gyre:plugin/types@0.1.0 "choice" (type $choice (;69;)))
  (component $gyre:plugin/destination@0.1.0-shim-component (;0;)
    (type (;0;) (enum "invalid" "denied" "not-found" "conflict" "unavailable" "cancelled" "other"))
    (import "import-type-error-kind" (type (;1;) (eq 0)))
    (type (;2;) (list string))
    (type (;3;) (record (field "kind" 1) (field "code" string) (field "message" string) (field "causes" 2)))
    (import "import-type-error" (type (;4;) (eq 3)))
    (type (;5;) (enum "bios" "uefi"))
    (import "import-type-firmware" (type (;6;) (eq 5)))
    (type (;7;) (enum "linux" "windows" "bsd" "other" "unknown"))
    (import "import-type-os-type" (type (;8;) (eq 7)))
    (type (;9;) (option string))
    (type (;10;) (record (field "id" string) (field "size" u64) (field "position" u32) (field "bus" string) (field "backend" 9) (field "shareable" bool)))
    (import "import-type-disk-spec" (type (;11;) (eq 10)))
    (type (;12;) (record (field "id" string) (field "mac" 9) (field "network" string) (field "addresses" 2)))
    (import "import-type-nic-spec" (type (;13;) (eq 12)))
    (type (;14;) (option u32))
    (type (;15;) (list 11))
    (type (;16;) (list 13))
    (type (;17;) (record (field "id" string) (field "name" string) (field "hostname" 9) (field "vcpus" u32) (field "cores-per-socket" 14) (field "memory-mib" u64) (field "firmware" 6) (field "secure-boot" bool) (field "tpm" bool) (field "os-type" 8) (field "os-hint" 9) (field "host" 9) (field "public-address" 9) (field "disks" 15) (field "nics" 16)))
    (import "import-type-vm-spec" (type (;18;) (eq 17)))
    (type (;19;) string)
    (import "import-type-state" (type (;20;) (eq 19)))
    (type (;21;) (option 20))
    (type (;22;) (record (field "token" string) (field "config" string) (field "resume" 21)))
    (import "import-type-step" (type (;23;) (eq 22)))
    (type (;24;) (record (field "state" 20) (field "after-ms" u32)))
    (import "import-type-wait" (type (;25;) (eq 24)))
    (type (;26;) (variant (case "done" 20) (case "wait" 25)))
    (import "import-type-outcome" (type (;27;) (eq 26)))
    (type (;28;) (record (field "blocking" bool) (field "path" string) (field "message" string) (field "remedy" 9)))
    (import "import-type-finding" (type (;29;) (eq 28)))
    (type (;30;) (record (field "id" string) (field "name" string)))
    (import "import-type-choice" (type (;31;) (eq 30)))
    (type (;32;) (list 31))
    (type (;33;) (record (field "option-name" string) (field "values" 32) (field "refused" 9)))
    (import "import-type-choices" (type (;34;) (eq 33)))
    (type (;35;) (list 9))
    (type (;36;) (record (field "hypervisor" 9) (field "set-dhcp" bool) (field "macs" 35)))
    (import "import-type-morphing" (type (;37;) (eq 36)))
    (type (;38;) (option u64))
    (type (;39;) (record (field "kind" string) (field "id" string) (field "name" string) (field "token" string) (field "made-ms" 38)))
    (import "import-type-marked" (type (;40;) (eq 39)))
    (type (;41;) (list 40))
    (type (;42;) (record (field "marked" 41) (field "next" 9)))
    (import "import-type-marked-page" (type (;43;) (eq 42)))
    (import "import-type-vm-spec0" (type (;44;) (eq 18)))
    (type (;45;) (option 44))
    (import "import-type-finding0" (type (;46;) (eq 29)))
    (type (;47;) (list 46))
    (import "import-type-error0" (type (;48;) (eq 4)))
    (type (;49;) (result 47 (error 48)))
    (type (;50;) (func (param "config" string) (param "vm" 45) (result 49)))
    (import "import-func-check" (func (;0;) (type 50)))
    (import "import-type-choices0" (type (;51;) (eq 34)))
    (type (;52;) (list 51))
    (type (;53;) (result 52 (error 48)))
    (type (;54;) (func (param "config" string) (param "names" 2) (result 53)))
    (import "import-func-options" (func (;1;) (type 54)))
    (import "import-type-step0" (type (;55;) (eq 23)))
    (import "import-type-state0" (type (;56;) (eq 20)))
    (type (;57;) (option 56))
    (import "import-type-outcome0" (type (;58;) (eq 27)))
    (type (;59;) (result 58 (error 48)))
    (type (;60;) (func (param "step" 55) (param "vm" 44) (param "existing" 57) (result 59)))
    (import "import-func-ensure-disks" (func (;2;) (type 60)))
    (type (;61;) (record (field "disk" string) (field "identity" string) (field "size" u64) (field "zeroed" bool)))
    (import "import-type-target-disk" (type (;62;) (eq 61)))
    (type (;63;) (list 62))
    (type (;64;) (result 63 (error 48)))
    (type (;65;) (func (param "config" string) (param "disks" 56) (result 64)))
    (import "import-func-describe-disks" (func (;3;) (type 65)))
    (type (;66;) (func (param "step" 55) (param "disks" 56) (result 59)))
    (import "import-func-remove-disks" (func (;4;) (type 66)))
    (type (;67;) (enum "copy" "morph"))
    (import "import-type-worker-role" (type (;68;) (eq 67)))
    (import "import-type-os-type0" (type (;69;) (eq 8)))
    (type (;70;) (func (param "step" 55) (param "role" 68) (param "os" 69) (param "disks" 56) (result 59)))
    (import "import-func-ensure-worker" (func (;5;) (type 70)))
    (type (;71;) (variant (case "https" u16) (case "ssh")))
    (import "import-type-transport" (type (;72;) (eq 71)))
    (type (;73;) (record (field "disk" string) (field "identities" 2)))
    (import "import-type-attached-disk" (type (;74;) (eq 73)))
    (type (;75;) (list 74))
    (type (;76;) (record (field "host" string) (field "port" u16) (field "user" string) (field "host-key" 9) (field "credential" string) (field "os-type" 69) (field "transport" 72) (field "disks" 75)))
    (import "import-type-worker" (type (;77;) (eq 76)))
    (type (;78;) (result 77 (error 48)))
    (type (;79;) (func (param "config" string) (param "worker" 56) (result 78)))
    (import "import-func-describe-worker" (func (;6;) (type 79)))
    (type (;80;) (result 9 (error 48)))
    (type (;81;) (func (param "config" string) (param "worker" 56) (result 80)))
    (import "import-func-worker-console" (func (;7;) (type 81)))
    (type (;82;) (func (param "step" 55) (param "worker" 56) (result 59)))
    (import "import-func-remove-worker" (func (;8;) (type 82)))
    (import "import-func-ensure-checkpoint" (func (;9;) (type 66)))
    (type (;83;) (func (param "step" 55) (param "checkpoint" 56) (result 59)))
    (import "import-func-remove-checkpoint" (func (;10;) (type 83)))
    (type (;84;) (func (param "step" 55) (param "checkpoint" 56) (param "clone" bool) (result 59)))
    (import "import-func-ensure-clone" (func (;11;) (type 84)))
    (import "import-func-remove-clone" (func (;12;) (type 66)))
    (import "import-func-restore-checkpoint" (func (;13;) (type 83)))
    (import "import-type-morphing0" (type (;85;) (eq 37)))
    (type (;86;) (result 85 (error 48)))
    (type (;87;) (func (param "config" string) (param "vm" 44) (result 86)))
    (import "import-func-plan-morphing" (func (;14;) (type 87)))
    (type (;88;) (func (param "step" 55) (param "vm" 44) (param "disks" 56) (result 59)))
    (import "import-func-ensure-instance" (func (;15;) (type 88)))
    (type (;89;) (record (field "id" string) (field "name" string) (field "status" string) (field "addresses" 2) (field "console" 9)))
    (import "import-type-instance" (type (;90;) (eq 89)))
    (type (;91;) (result 90 (error 48)))
    (type (;92;) (func (param "config" string) (param "instance" 56) (result 91)))
    (import "import-func-describe-instance" (func (;16;) (type 92)))
    (type (;93;) (func (param "step" 55) (param "instance" 56) (result 59)))
    (import "import-func-remove-instance" (func (;17;) (type 93)))
    (import "import-type-marked-page0" (type (;94;) (eq 43)))
    (type (;95;) (result 94 (error 48)))
    (type (;96;) (func (param "config" string) (param "after" 9) (result 95)))
    (import "import-func-list-marked" (func (;18;) (type 96)))
    (type (;97;) (func (param "step" 55) (param "kind" string) (param "id" string) (result 59)))
    (import "import-func-remove-marked" (func (;19;) (type 97)))
    (export (;98;) "error" (type 4))
    (export (;99;) "vm-spec" (type 18))
    (export (;100;) "step" (type 23))
    (export (;101;) "outcome" (type 27))
    (export (;102;) "state" (type 20))
    (export (;103;) "finding" (type 29))
    (export (;104;) "choices" (type 34))
    (export (;105;) "os-type" (type 8))
    (export (;106;) "morphing" (type 37))
    (export (;107;) "marked" (type 40))
    (export (;108;) "marked-page" (type 43))
    (type (;109;) (variant (case "https" u16) (case "ssh")))
    (export (;110;) "transport" (type 109))
    (type (;111;) (record (field "disk" string) (field "identities" 2)))
    (export (;112;) "attached-disk" (type 111))
    (type (;113;) (list 112))
    (type (;114;) (record (field "host" string) (field "port" u16) (field "user" string) (field "host-key" 9) (field "credential" string) (field "os-type" 105) (field "transport" 110) (field "disks" 113)))
    (export (;115;) "worker" (type 114))
    (type (;116;) (record (field "disk" string) (field "identity" string) (field "size" u64) (field "zeroed" bool)))
    (export (;117;) "target-disk" (type 116))
    (type (;118;) (record (field "id" string) (field "name" string) (field "status" string) (field "addresses" 2) (field "console" 9)))
    (export (;119;) "instance" (type 118))
    (type (;120;) (enum "copy" "morph"))
    (export (;121;) "worker-role" (type 120))
    (type (;122;) (option 99))
    (type (;123;) (list 103))
    (type (;124;) (result 123 (error 98)))
    (type (;125;) (func (param "config" string) (param "vm" 122) (result 124)))
    (export (;20;) "check" (func 0) (func (type 125)))
    (type (;126;) (list 104))
    (type (;127;) (result 126 (error 98)))
    (type (;128;) (func (param "config" string) (param "names" 2) (result 127)))
    (export (;21;) "options" (func 1) (func (type 128)))
    (type (;129;) (option 102))
    (type (;130;) (result 101 (error 98)))
    (type (;131;) (func (param "step" 100) (param "vm" 99) (param "existing" 129) (result 130)))
    (export (;22;) "ensure-disks" (func 2) (func (type 131)))
    (type (;132;) (list 117))
    (type (;133;) (result 132 (error 98)))
    (type (;134;) (func (param "config" string) (param "disks" 102) (result 133)))
    (export (;23;) "describe-disks" (func 3) (func (type 134)))
    (type (;135;) (func (param "step" 100) (param "disks" 102) (result 130)))
    (export (;24;) "remove-disks" (func 4) (func (type 135)))
    (type (;136;) (func (param "step" 100) (param "role" 121) (param "os" 105) (param "disks" 102) (result 130)))
    (export (;25;) "ensure-worker" (func 5) (func (type 136)))
    (type (;137;) (result 115 (error 98)))
    (type (;138;) (func (param "config" string) (param "worker" 102) (result 137)))
    (export (;26;) "describe-worker" (func 6) (func (type 138)))
    (type (;139;) (result 9 (error 98)))
    (type (;140;) (func (param "config" string) (param "worker" 102) (result 139)))
    (export (;27;) "worker-console" (func 7) (func (type 140)))
    (type (;141;) (func (param "step" 100) (param "worker" 102) (result 130)))
    (export (;28;) "remove-worker" (func 8) (func (type 141)))
    (export (;29;) "ensure-checkpoint" (func 9) (func (type 135)))
    (type (;142;) (func (param "step" 100) (param "checkpoint" 102) (result 130)))
    (export (;30;) "remove-checkpoint" (func 10) (func (type 142)))
    (type (;143;) (func (param "step" 100) (param "checkpoint" 102) (param "clone" bool) (result 130)))
    (export (;31;) "ensure-clone" (func 11) (func (type 143)))
    (export (;32;) "remove-clone" (func 12) (func (type 135)))
    (export (;33;) "restore-checkpoint" (func 13) (func (type 142)))
    (type (;144;) (result 106 (error 98)))
    (type (;145;) (func (param "config" string) (param "vm" 99) (result 144)))
    (export (;34;) "plan-morphing" (func 14) (func (type 145)))
    (type (;146;) (func (param "step" 100) (param "vm" 99) (param "disks" 102) (result 130)))
    (export (;35;) "ensure-instance" (func 15) (func (type 146)))
    (type (;147;) (result 119 (error 98)))
    (type (;148;) (func (param "config" string) (param "instance" 102) (result 147)))
    (export (;36;) "describe-instance" (func 16) (func (type 148)))
    (type (;149;) (func (param "step" 100) (param "instance" 102) (result 130)))
    (export (;37;) "remove-instance" (func 17) (func (type 149)))
    (type (;150;) (result 108 (error 98)))
    (type (;151;) (func (param "config" string) (param "after" 9) (result 150)))
    (export (;38;) "list-marked" (func 18) (func (type 151)))
    (type (;152;) (func (param "step" 100) (param "kind" string) (param "id" string) (result 130)))
    (export (;39;) "remove-marked" (func 19) (func (type 152)))
  )
  (instance $gyre:plugin/destination@0.1.0-shim-instance (;7;) (instantiate $gyre:plugin/destination@0.1.0-shim-component
      (with "import-func-check" (func $check))
      (with "import-func-options" (func $options))
      (with "import-func-ensure-disks" (func $ensure-disks))
      (with "import-func-describe-disks" (func $describe-disks))
      (with "import-func-remove-disks" (func $remove-disks))
      (with "import-func-ensure-worker" (func $ensure-worker))
      (with "import-func-describe-worker" (func $describe-worker))
      (with "import-func-worker-console" (func $worker-console))
      (with "import-func-remove-worker" (func $remove-worker))
      (with "import-func-ensure-checkpoint" (func $ensure-checkpoint))
      (with "import-func-remove-checkpoint" (func $remove-checkpoint))
      (with "import-func-ensure-clone" (func $ensure-clone))
      (with "import-func-remove-clone" (func $remove-clone))
      (with "import-func-restore-checkpoint" (func $restore-checkpoint))
      (with "import-func-plan-morphing" (func $plan-morphing))
      (with "import-func-ensure-instance" (func $ensure-instance))
      (with "import-func-describe-instance" (func $describe-instance))
      (with "import-func-remove-instance" (func $remove-instance))
      (with "import-func-list-marked" (func $list-marked))
      (with "import-func-remove-marked" (func $remove-marked))
      (with "import-type-error-kind" (type $error-kind))
      (with "import-type-error" (type $"#type10 error"))
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
      (with "import-type-choice" (type $choice))
      (with "import-type-choices" (type $choices))
      (with "import-type-morphing" (type $morphing))
      (with "import-type-marked" (type $marked))
      (with "import-type-marked-page" (type $marked-page))
      (with "import-type-vm-spec0" (type $vm-spec))
      (with "import-type-finding0" (type $finding))
      (with "import-type-error0" (type $"#type10 error"))
      (with "import-type-choices0" (type $choices))
      (with "import-type-step0" (type $step))
      (with "import-type-state0" (type $state))
      (with "import-type-outcome0" (type $outcome))
      (with "import-type-target-disk" (type 27))
      (with "import-type-worker-role" (type 29))
      (with "import-type-os-type0" (type $os-type))
      (with "import-type-transport" (type 21))
      (with "import-type-attached-disk" (type 23))
      (with "import-type-worker" (type 26))
      (with "import-type-morphing0" (type $morphing))
      (with "import-type-instance" (type 28))
      (with "import-type-marked-page0" (type $marked-page))
    )
  )
  (export $gyre:plugin/destination@0.1.0 (;8;) "gyre:plugin/destination@0.1.0" (instance $gyre:plugin/destination@0.1.0-shim-instance))
  (type (;70;) (func (result 30)))
  (alias core export $main "gyre:plugin/metadata@0.1.0#describe" (core func $gyre:plugin/metadata@0.1.0#describe (;71;)))
  (alias core export $main "cabi_post_gyre:plugin/metadata@0.1.0#describe" (core func $cabi_post_gyre:plugin/metadata@0.1.0#describe (;72;)))
  (func $describe (;36;) (type 70) (canon lift (core func $gyre:plugin/metadata@0.1.0#describe) (memory $memory) string-encoding=utf8 (post-return $cabi_post_gyre:plugin/metadata@0.1.0#describe)))
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
  (instance $gyre:plugin/metadata@0.1.0-shim-instance (;9;) (instantiate $gyre:plugin/metadata@0.1.0-shim-component
      (with "import-func-describe" (func $describe))
      (with "import-type-description" (type 30))
    )
  )
  (export $gyre:plugin/metadata@0.1.0 (;10;) "gyre:plugin/metadata@0.1.0" (instance $gyre:plugin/metadata@0.1.0-shim-instance))
  (@producers
    (processed-by "wit-component" "0.263.0")
  )
)
