//! The known causes, and what to do about each.

use super::failure::ResourceFailure;

/// A known cause.
struct Known {
    /// The types of resources that it is about; any where empty.
    types: &'static [&'static str],
    /// Alternatives: every text of one of them is in the reason. Lower case.
    texts: &'static [&'static [&'static str]],
    hint: &'static str,
}

// AWS gives no code in a stack's event, so only the texts tell. The first that fits wins, so the
// narrower stand before the wider.
const KNOWN: [Known; 33] = [
    Known {
        types: &[],
        texts: &[
            &["cannot add a durable configuration"],
            &["only enable durable execution when creating a function"],
        ],
        hint: "a function is durable from its creation on: give the orchestrator's function another name, and remove the old one when its work is done",
    },
    Known {
        types: &[],
        texts: &[&["cannot remove", "durable configuration"]],
        hint: "a durable function stays one: give the function another name, and remove the old one when its executions have ended",
    },
    // The runtime is refused where a region does not take it yet, whichever runtime it is: AWS's
    // own tests of this SDK deploy `provided.al2023` to us-west-2, others have seen it in us-east-1.
    Known {
        types: &[],
        texts: &[
            &["runtime that does not support a durable configuration"],
            &["durable", "not supported"],
            &["durable", "unsupported"],
            &["durable", "not available"],
        ],
        hint: "this region has no durable functions yet, or none with this runtime: set `region` in the stage's file to us-west-2 or us-east-1, where `provided.al2023` has been seen to work, or `orchestrator.runtime` of the workflow to nodejs24.x, which runs the same binary",
    },
    Known {
        types: &[],
        texts: &[&["durable function using an unqualified arn"]],
        hint: "a durable function is invoked by its alias or a version: use the ARN that ends in `:live`",
    },
    Known {
        types: &["AWS::Lambda::EventSourceMapping"],
        texts: &[&["durable"], &["executiontimeout"], &["execution timeout"]],
        hint: "a queue can start only executions of at most 15 minutes: let it feed an intermediary, which starts the orchestrator",
    },
    Known {
        types: &["AWS::Lambda::Function"],
        texts: &[&["executiontimeout"], &["execution timeout"]],
        hint: "`DurableConfig` of the orchestrator needs an `ExecutionTimeout` of 1 to 31622400 seconds",
    },
    Known {
        types: &["AWS::Lambda::Function"],
        texts: &[&["retentionperiodindays"], &["retention period"]],
        hint: "`RetentionPeriodInDays` of the orchestrator is 1 to 90 days",
    },
    Known {
        types: &["AWS::Lambda::Function"],
        texts: &[&["drainingdurableexecutions"], &["draining", "durable"]],
        hint: "the function goes when its executions have ended, which takes up to an hour: stop them or wait, then run the command again",
    },
    Known {
        types: &[],
        texts: &[
            &["service-linked role"],
            &["service linked role"],
            &["servicelinkedrole"],
        ],
        hint: "the account lacks a role that the service makes for itself: let an administrator run `aws iam create-service-linked-role --aws-service-name …` with the service that AWS names",
    },
    Known {
        types: &[],
        texts: &[
            &["optinrequired"],
            &["opt-in", "region"],
            &["region", "not enabled"],
            &["region", "disabled"],
            &["not subscribed"],
            &["security token included in the request is invalid"],
            &["unrecognizedclient"],
            &["invalidclienttokenid"],
        ],
        hint: "this region is turned off in the account, or the credentials are not valid: turn it on with `aws account enable-region --region-name …`, choose another `region` in the stage's file, or sign in again",
    },
    Known {
        types: &[],
        texts: &[
            &["expiredtoken"],
            &["requestexpired"],
            &["security token included in the request is expired"],
        ],
        hint: "the credentials ran out: get new ones, then run `deployer up` again, which goes on from there",
    },
    Known {
        types: &[],
        texts: &[&["replacement type updates not supported", "disable-rollback"]],
        hint: "the stack was last changed with rollback turned off, by another tool: run `deployer up` again, which rolls it back and keeps rollback on",
    },
    Known {
        types: &[],
        texts: &[
            &["disablerollback", "deploymentconfig"],
            &["onfailure", "deploymentconfig"],
        ],
        hint: "CloudFormation takes rollback settings within `DeploymentConfig` only: bring the deployer up to date",
    },
    Known {
        types: &[],
        texts: &[&["name_conflict"], &["name conflict"]],
        hint: "something else has that name: delete it, or give the application or the stage another name",
    },
    Known {
        types: &[],
        texts: &[
            &["less than or equal to 51200"],
            &["less than or equal to 1000000"],
            &["template may not exceed"],
            &["exceeds", "template size"],
        ],
        hint: "the template is above a limit of CloudFormation (1 MB, 500 resources): split the application into several",
    },
    Known {
        types: &[],
        texts: &[&["denied by stack policy"], &["stack policy"]],
        hint: "the stack's policy forbids this change: let its owner change the policy with `aws cloudformation set-stack-policy`",
    },
    Known {
        types: &[],
        texts: &[&["custom-named resource requires replacing"]],
        hint: "a resource with a fixed name cannot be replaced under it: give it another name in the template",
    },
    Known {
        types: &["AWS::Logs::LogGroup"],
        texts: &[&["already exists"]],
        hint: "a log group of that name is left from earlier: delete it with `aws logs delete-log-group --log-group-name …`, then run `deployer up` again",
    },
    Known {
        types: &["AWS::S3::Bucket"],
        texts: &[&["already exists"], &["bucketalreadyexists"]],
        hint: "bucket names are taken all over the world: delete the bucket if it is yours, or give the application another name",
    },
    Known {
        types: &[],
        texts: &[&["already exists"], &["alreadyexists"]],
        hint: "something else has that name: delete it, or give the application or the stage another name",
    },
    Known {
        types: &[],
        texts: &[&["wait 60 seconds"], &["queuedeletedrecently"]],
        hint: "a queue's name is free a minute after its deletion: run `deployer up` again then",
    },
    Known {
        types: &[],
        texts: &[&["cannot be assumed"]],
        hint: "IAM had not spread the new role yet: run `deployer up` again",
    },
    Known {
        types: &[],
        texts: &[
            &["specified bucket does not exist"],
            &["nosuchbucket"],
            &["specified key does not exist"],
            &["nosuchkey"],
        ],
        hint: "the zip or its bucket is not there any more: run `deployer up` again, which publishes what is missing",
    },
    Known {
        types: &[],
        texts: &[
            &["bucket you tried to delete is not empty"],
            &["bucketnotempty"],
        ],
        hint: "only an empty bucket can be deleted: `deployer destroy` empties the deployer's own",
    },
    Known {
        types: &[],
        texts: &[
            &["unzipped size must be smaller"],
            &["request must be smaller than"],
            &["requestentitytoolarge"],
        ],
        hint: "Lambda takes 250 MB unpacked: build with a smaller profile, or take dependencies away",
    },
    Known {
        types: &[],
        texts: &[
            &["unreservedconcurrentexecution"],
            &["limit exceeded"],
            &["limitexceeded"],
            &["quotaexceeded"],
            &["quota exceeded"],
            &["exceeds quota"],
            &["codestorageexceeded"],
            &["maximum number of"],
        ],
        hint: "a quota of the account is used up: ask for more in the Service Quotas console, or remove what is no longer needed",
    },
    Known {
        types: &[],
        texts: &[&["visibility timeout", "less than function timeout"]],
        hint: "raise `visibility_timeout` of the intake, or lower the intermediary's `timeout`",
    },
    Known {
        types: &[],
        texts: &[
            &["rate exceeded"],
            &["throttl"],
            &["too many requests"],
            &["toomanyrequests"],
            &["requestlimitexceeded"],
        ],
        hint: "AWS was asked too often: run `deployer up` again",
    },
    Known {
        types: &[],
        texts: &[&["deletion protection"], &["terminationprotection"]],
        hint: "it is protected from deletion: turn the protection off first if its data may go",
    },
    Known {
        types: &[],
        texts: &[
            &["validation failed"],
            &["extraneous key"],
            &["unsupported property"],
            &["properties validation"],
            &["model validation"],
        ],
        hint: "mend the template; `deployer validate` and cfn-lint find most of this before it is sent",
    },
    Known {
        types: &[],
        texts: &[&["hook", "failed"]],
        hint: "a CloudFormation hook of the account forbids it: ask its owner what must change",
    },
    Known {
        types: &[],
        texts: &[
            &["kmsaccessdenied"],
            &["kmsdisabled"],
            &["kmsinvalidstate"],
            &["kmsnotfound"],
        ],
        hint: "the KMS key that encrypts this cannot be used: enable it, and let its policy allow `kms:Decrypt` and `kms:GenerateDataKey` to the role named",
    },
    Known {
        types: &[],
        texts: &[&["exceeded attempts to wait"], &["did not stabilize"]],
        hint: "the resource did not become ready in time: look at it in its service's console, then run `deployer up` again",
    },
];

/// Returns what to do about a failure with a known cause.
pub(super) fn hint(failure: &ResourceFailure) -> Option<String> {
    let reason = failure.reason.as_deref().unwrap_or_default();
    let lower = reason.to_lowercase();
    if let Some(action) = refused_action(reason, &lower) {
        return Some(format!(
            "allow `{action}` to whom AWS names, or deploy with credentials that may do it"
        ));
    }
    let known = KNOWN.iter().find(|known| {
        let of_type =
            known.types.is_empty() || known.types.contains(&failure.resource_type.as_str());
        let fits = |texts: &&[&str]| texts.iter().all(|text| lower.contains(text));
        of_type && known.texts.iter().any(fits)
    });
    match known {
        Some(known) => Some(known.hint.to_owned()),
        // Last: a key's refusal and others have these words in them too.
        None => REFUSED
            .iter()
            .any(|text| lower.contains(text))
            .then(|| "the credentials may not do this: deploy with ones that may".to_owned()),
    }
}

/// How a refusal is told that names no action.
const REFUSED: [&str; 3] = ["accessdenied", "access denied", "not authorized to"];

/// Returns the refused action, where AWS names it.
fn refused_action<'a>(reason: &'a str, lower: &str) -> Option<&'a str> {
    let at = lower.find("not authorized to perform: ")?;
    let rest = reason.get(at + "not authorized to perform: ".len()..)?;
    let action = rest.split_whitespace().next()?;
    Some(action.trim_end_matches(['.', ',']))
}
