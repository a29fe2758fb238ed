using System.Buffers.Text;
using System.Security.Cryptography;
using Appliance.Factors;
using Appliance.Identity;
using Appliance.Ledger;
using Appliance.Server.Commands.Documents;
using Appliance.Signing.Provisioning;
using Appliance.Storage;

namespace Appliance.Server.Commands.Imports;

/// <summary>
/// Adds signers with factors and credentials in one commit, all or none: everything is checked before the first key is
/// made, and a failure destroys the keys again.
/// </summary>
internal sealed class SignerImport
{
    private const int SignerLimit = 1000;
    private const int CredentialLimit = 100;

    private readonly Workbench _bench;
    private readonly TimeProvider _time;

    public SignerImport(Workbench bench, TimeProvider time)
    {
        _bench = bench;
        _time = time;
    }

    public async Task<IReadOnlyList<ImportedSigner>> RunAsync(
        IReadOnlyList<ImportSigner> signers,
        CancellationToken cancellationToken)
    {
        var plans = Plan(signers);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _bench.Parallelism };
        Parallel.ForEach(plans, parallel, plan => plan.PasswordHash = _bench.Passwords.Hash(plan.Password));
        var made = new List<PreparedCredential>();
        if (plans.Exists(static plan => plan.Orders.Exists(static order => order.Wrapped)))
        {
            await _bench.Provisioning.PrepareWrappingAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            foreach (var plan in plans)
            {
                foreach (var order in plan.Orders)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var prepared = _bench.Provisioning.Prepare(order);
                    made.Add(prepared);
                    plan.Credentials.Add(prepared);
                }
            }

            // Not cancellable from here: whether the keys are still wanted must be certain.
            var factors = plans.Exists(plan => plan.Factor) ? _bench.ImportFactors : null;
            var contacts = plans.Exists(plan => plan.Contact is not null) ? _bench.Composition.Contacts : null;
            await _bench.Loop
                .WriteAsync(connection => Write(connection, plans, factors, contacts), CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch
        {
            made.ForEach(_bench.Provisioning.Discard);
            throw;
        }

        return [.. plans.Select(plan => plan.ToDocument())];
    }

    private List<SignerPlan> Plan(IReadOnlyList<ImportSigner> signers)
    {
        if (signers.Count > SignerLimit)
        {
            throw new CommandException($"The file has more than {SignerLimit} signers; import it in parts.");
        }

        var plans = new List<SignerPlan>(signers.Count);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var signer in signers)
        {
            if (signer is null)
            {
                throw new CommandException("The file holds null where a signer should be.");
            }

            var plan = Plan(signer);
            if (!names.Add(plan.UserName))
            {
                throw new CommandException($"The file has the user name \"{plan.UserName}\" twice.");
            }

            plans.Add(plan);
        }

        return plans;
    }

    private SignerPlan Plan(ImportSigner signer)
    {
        if (!UserName.TryRead(signer.User, out var name, out var reason))
        {
            throw new CommandException($"\"{signer.User}\" cannot be a user name: {reason}");
        }

        if (_bench.Store.Read(connection => connection.Signers.FindByUserName(name)) is not null)
        {
            throw new CommandException($"The user name \"{name}\" is taken; nothing was imported.");
        }

        var shown = signer.Name?.Trim() ?? "";
        if (shown.Length is 0 or > SignerDirectory.MaximumDisplayName || shown.Any(char.IsControl))
        {
            throw new CommandException($"{name}: the name needs 1 to 255 characters and no control characters.");
        }

        var password = signer.Password ?? Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(18));
        if (PasswordPolicy.Check(password, name) is { Count: > 0 } refused)
        {
            throw new CommandException($"{name}: {string.Join(' ', refused)}");
        }

        if (signer.Credentials is null)
        {
            throw new CommandException($"{name}: null where an array of credentials should be.");
        }

        if (signer.Credentials.Count > CredentialLimit)
        {
            throw new CommandException($"{name}: more than {CredentialLimit} credentials.");
        }

        var now = _time.GetUtcNow();
        var plan = new SignerPlan
        {
            SignerId = Guid.CreateVersion7(now),
            ProfileId = Guid.CreateVersion7(now),
            UserName = name,
            DisplayName = shown,
            Password = password,
            Factor = signer.Factor,
            Contact = ContactOf(signer, name),
            Kind = signer.Kind is null ? ProfileKind.Person : PolicyNames.ParseKind(signer.Kind),
        };
        plan.Orders.AddRange(signer.Credentials.Select(credential => Order(plan, credential)));
        plan.Packages.AddRange(signer.Credentials.Select(credential => credential.Package));
        return plan;
    }

    private static Contact? ContactOf(ImportSigner signer, string name)
    {
        if (signer is { Email: null, Phone: null, Language: null })
        {
            return null;
        }

        return ContactRules.TryRead(signer.Email, signer.Phone, signer.Language, out var contact, out var reason)
            ? contact
            : throw new CommandException($"{name}: {reason}");
    }

    private CredentialOrder Order(SignerPlan plan, ImportCredential credential)
        => credential is null
            ? throw new CommandException($"{plan.UserName}: null where a credential should be.")
            : new CredentialOrder
            {
                SignerId = plan.SignerId,
                ProfileId = plan.ProfileId,
                Subject = Workbench.SubjectOf(plan.SignerId, plan.DisplayName),
                Algorithm = AlgorithmName.Parse(credential.Algorithm ?? ""),
                Years = credential.Years,
                Scal = credential.Scal,
                Multisign = credential.Multisign,
                Extension = credential.Extension is null
                    ? CredentialOrder.DefaultExtension(plan.Kind)
                    : PolicyNames.ParseExtension(credential.Extension),
                SadReuse = credential.SadReuse is null
                    ? SadReuse.UntilExhausted
                    : PolicyNames.ParseReuse(credential.SadReuse),
                Factors = credential.Factors is null
                    ? CredentialFactors.Totp
                    : PolicyNames.ParseFactors(credential.Factors),
                Description = credential.Description ?? "",
                Wrapped = credential.Wrapped ?? _bench.Composition.Options.Keys.AreWrapped,
            };

    private bool Write(
        StoreConnection connection, List<SignerPlan> plans, TotpFactors? factors, Contacts? contacts)
    {
        var at = _time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var plan in plans)
        {
            connection.Signers.Insert(new SignerRow(
                plan.SignerId, plan.UserName, plan.DisplayName, plan.PasswordHash, SignerState.Active, at));
            connection.Profiles.Insert(
                new ProfileRow(plan.ProfileId, plan.SignerId, plan.Kind, plan.DisplayName, at));
            Audit(connection, AuditEvent.SignerCreated, plan, at);
            if (plan.Contact is { } contact)
            {
                contacts!.Set(connection, plan.SignerId, contact);
            }

            if (plan.Factor)
            {
                Pair(connection, plan, factors!, at);
            }

            for (var i = 0; i < plan.Credentials.Count; i++)
            {
                _bench.Provisioning.Insert(connection, plan.Credentials[i]);
                if (plan.Packages[i] is { } count)
                {
                    _bench.Packages.Grant(connection, plan.Credentials[i].Row.Id, new PackageGrant(count));
                }
            }
        }

        return true;
    }

    /// <summary>Pairs with the code of the step before, so that the present one still authorises something.</summary>
    private void Pair(StoreConnection connection, SignerPlan plan, TotpFactors factors, long at)
    {
        using var enrolment = factors.Enrol(connection, plan.SignerId, plan.UserName);
        var status = Activate(connection, plan, factors, enrolment);
        if (status == FactorStatus.Wrong)
        {
            // The step changed between the two looks at the clock.
            status = Activate(connection, plan, factors, enrolment);
        }

        if (status != FactorStatus.Accepted)
        {
            throw new CommandException($"The factor of {plan.UserName} did not activate ({status}); import again.");
        }

        plan.TotpSecret = enrolment.SecretText();
        Audit(connection, AuditEvent.FactorEnrolled, plan, at);
        Audit(connection, AuditEvent.FactorActivated, plan, at);
    }

    private FactorStatus Activate(
        StoreConnection connection, SignerPlan plan, TotpFactors factors, TotpEnrolment enrolment)
    {
        var step = Totp.Step(_time.GetUtcNow(), enrolment.Period) - 1;
        var code = Totp.Code(enrolment.Algorithm, enrolment.Secret, step, enrolment.Digits);
        return factors.Activate(connection, plan.SignerId, code);
    }

    private void Audit(StoreConnection connection, AuditEvent happened, SignerPlan plan, long at)
        => AuditTrail.Append(connection, new AuditRecord
        {
            At = at,
            Event = happened,
            SignerId = plan.SignerId,
            Detail = "import",
            Actor = _bench.Actor,
        });
}
