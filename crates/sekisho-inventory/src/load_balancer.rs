//! What a Service of type LoadBalancer asks of the cloud: an address inside or outside, and for whom.

use sekisho_manifest::{Object, Place, field};

use crate::Cidr;

/// Annotations that keep a load balancer off the internet, with the value that does; none: any value but
/// `false` and nothing.
const INTERNAL: &[(&str, Option<&str>)] = &[
    ("service.beta.kubernetes.io/aws-load-balancer-internal", None),
    ("service.beta.kubernetes.io/aws-load-balancer-scheme", Some("internal")),
    ("networking.gke.io/load-balancer-type", Some("internal")),
    ("cloud.google.com/load-balancer-type", Some("internal")),
    ("service.beta.kubernetes.io/azure-load-balancer-internal", Some("true")),
    ("service.beta.kubernetes.io/openstack-internal-load-balancer", Some("true")),
    ("service.beta.kubernetes.io/oci-load-balancer-internal", Some("true")),
    ("oci-network-load-balancer.oraclecloud.com/internal", Some("true")),
    ("service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type", Some("intranet")),
    ("service.beta.kubernetes.io/alicloud-loadbalancer-address-type", Some("intranet")),
    ("service.kubernetes.io/qcloud-loadbalancer-internal-subnetid", None),
    ("service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type", Some("private")),
    ("service.beta.kubernetes.io/do-loadbalancer-network", Some("internal")),
    ("load-balancer.hetzner.cloud/disable-public-network", Some("true")),
    ("kubernetes.io/elb.class", Some("internal")),
];

/// Classes of load balancers whose addresses are private.
const INTERNAL_CLASSES: &[&str] = &["networking.gke.io/l4-regional-internal", "tailscale"];

/// Annotations that hold ranges of addresses, separated by commas or spaces.
const RANGES: &[&str] = &[
    "service.beta.kubernetes.io/load-balancer-source-ranges",
    "service.beta.kubernetes.io/azure-allowed-ip-ranges",
];

/// Annotations by which rules that stand elsewhere decide who may connect.
const ELSEWHERE: &[&str] = &[
    "service.beta.kubernetes.io/aws-load-balancer-security-groups",
    "service.beta.kubernetes.io/aws-load-balancer-security-group-prefix-lists",
    "service.beta.kubernetes.io/azure-allowed-service-tags",
    "service.beta.kubernetes.io/do-loadbalancer-allow-rules",
    "networking.gke.io/load-balancer-security-policy",
];

/// Whom a load balancer lets connect.
#[derive(Debug, Clone)]
pub enum Admitted<'a> {
    /// Everyone, because no range is written.
    Unlimited,
    /// Everyone, because a range holds every address; the place where it stands.
    Everyone(Place<'a>),
    /// Some addresses, or those that a rule outside the object names.
    Some,
}

/// Whether a Service is of type LoadBalancer.
pub fn is_load_balancer(service: &Object) -> bool {
    service.is("", "Service")
        && service.root.at(&["spec", "type"]).and_then(|kind| kind.as_str()) == Some("LoadBalancer")
}

/// Whether a load balancer gets an address that is not reachable from the internet, as far as its
/// annotations and its class say.
pub fn is_internal(service: &Object) -> bool {
    let annotated = INTERNAL.iter().any(|(key, wanted)| {
        let value = service.annotation(key).unwrap_or("");
        match wanted {
            Some(wanted) => value.eq_ignore_ascii_case(wanted),
            None => !value.is_empty() && value != "false",
        }
    });
    let class =
        service.root.at(&["spec", "loadBalancerClass"]).and_then(|class| class.as_str()).unwrap_or("");
    annotated || INTERNAL_CLASSES.contains(&class) || is_aws_default(service, class)
}

/// The AWS Load Balancer Controller makes internal load balancers where nothing else is asked.
fn is_aws_default(service: &Object, class: &str) -> bool {
    let kind = service.annotation("service.beta.kubernetes.io/aws-load-balancer-type").unwrap_or("");
    let controller = class == "service.k8s.aws/nlb" || matches!(kind, "external" | "nlb-ip");
    controller && service.annotation("service.beta.kubernetes.io/aws-load-balancer-scheme").is_none()
}

/// Whom a load balancer lets connect. The field goes before the annotations.
pub fn admitted(service: &Object) -> Admitted<'_> {
    if ELSEWHERE.iter().any(|key| service.annotation(key).is_some_and(|value| !value.is_empty())) {
        return Admitted::Some;
    }
    let ranges = service.place(field!["spec", "loadBalancerSourceRanges"]);
    let items = ranges.node().map_or(&[][..], |ranges| ranges.items());
    if !items.is_empty() {
        let open = items.iter().position(|range| range.as_str().is_some_and(is_everything));
        return open.map_or(Admitted::Some, |index| Admitted::Everyone(ranges.child(index)));
    }
    for key in RANGES {
        let mut parts = service
            .annotation(key)
            .unwrap_or("")
            .split([',', ' '])
            .filter(|part| !part.is_empty())
            .peekable();
        if parts.peek().is_some() {
            let open = parts.any(is_everything);
            let place = service.place(field!["metadata", "annotations", *key]);
            return if open { Admitted::Everyone(place) } else { Admitted::Some };
        }
    }
    Admitted::Unlimited
}

fn is_everything(range: &str) -> bool {
    Cidr::parse(range).is_some_and(|range| range.is_everything())
}
