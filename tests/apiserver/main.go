// Kubernetes' own programs in one, for tests: the first argument says which.
package main

import (
	"fmt"
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	manager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

func main() {
	if len(os.Args) < 2 {
		fail(fmt.Errorf("usage: %s certificates|etcd|kube-apiserver|kube-controller-manager|kubectl …", os.Args[0]))
	}
	program := os.Args[1]
	os.Args = os.Args[1:]
	switch program {
	case "certificates":
		if len(os.Args) != 3 {
			fail(fmt.Errorf("usage: certificates FOLDER SERVER"))
		}
		if err := certificates(os.Args[1], os.Args[2]); err != nil {
			fail(err)
		}
	case "etcd":
		etcdmain.Main(os.Args)
	case "kube-apiserver":
		os.Exit(cli.Run(apiserver.NewAPIServerCommand()))
	case "kube-controller-manager":
		os.Exit(cli.Run(manager.NewControllerManagerCommand()))
	case "kubectl":
		os.Exit(cli.Run(cmd.NewDefaultKubectlCommand()))
	default:
		fail(fmt.Errorf("there is no program `%s`", program))
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "error:", err)
	os.Exit(2)
}
