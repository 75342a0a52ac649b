# Requests to the API server that rules of Kubescape may make. They go the way of every request: they are
# refused unless the facts answer them.
package kubernetes.api.client

host := data.k8sconfig.host

groups := {
	"configmaps": "api/v1",
	"persistentvolumeclaims": "api/v1",
	"pods": "api/v1",
	"secrets": "api/v1",
	"serviceaccounts": "api/v1",
	"services": "api/v1",
	"daemonsets": "apis/apps/v1",
	"deployments": "apis/apps/v1",
	"replicasets": "apis/apps/v1",
	"statefulsets": "apis/apps/v1",
	"cronjobs": "apis/batch/v1",
	"jobs": "apis/batch/v1",
	"networkpolicies": "apis/networking.k8s.io/v1",
	"clusterrolebindings": "apis/rbac.authorization.k8s.io/v1",
	"clusterroles": "apis/rbac.authorization.k8s.io/v1",
	"rolebindings": "apis/rbac.authorization.k8s.io/v1",
	"roles": "apis/rbac.authorization.k8s.io/v1",
}

query_all(resource) = http.send({
	"method": "get",
	"url": sprintf("%v/%v/%v", [host, groups[resource], resource]),
	"headers": {"authorization": data.k8sconfig.token},
	"raise_error": true,
})

query_name_ns(resource, name, namespace) = http.send({
	"method": "get",
	"url": sprintf("%v/%v/namespaces/%v/%v/%v", [host, groups[resource], namespace, resource, name]),
	"headers": {"authorization": data.k8sconfig.token},
	"raise_error": true,
})
