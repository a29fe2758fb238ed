using System.CommandLine;
using System.Globalization;
using Appliance.Identity;
using Appliance.Server.Commands.Documents;
using Appliance.Storage;

namespace Appliance.Server.Commands;

/// <summary>
/// `organisation add`, `list`, `show`, `limit` and `restore`. An organisation is a signer of its own: its seals are made
/// by `credential create --user`.
/// </summary>
internal static class OrganisationCommands
{
    private const int PageSize = 500;

    public static Command Build(CommandEnvironment environment) => new("organisation", "Who seals.")
    {
        BuildAdd(environment),
        BuildList(environment),
        BuildShow(environment),
        SignerLimitCommands.BuildLimit(environment),
        SignerLimitCommands.BuildRestore(environment),
    };

    private static AdminCommand BuildAdd(CommandEnvironment environment)
    {
        var user = CommandOptions.User();
        var name = new Option<string>("--name") { Description = "Name in the register.", HelpName = "N", Required = true };
        var registration = Number("--registration", "Number in the register.");
        var lei = Number("--lei", "Legal entity identifier (ISO 17442).");
        var vat = Number("--vat", "VAT number with its country's letters, such as RO123456.");
        var command = new AdminCommand("add", "Adds an organisation; it has no password.", AdminRoles.Operator)
        {
            user, name, registration, lei, vat,
        };
        command.SetAction(environment, async (parsed, cancellationToken) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var _ = bench.ConfigureAwait(false);
            var row = await bench.Organisations
                .AddAsync(
                    new NewOrganisation(
                        parsed.GetRequiredValue(user)!,
                        parsed.GetRequiredValue(name),
                        parsed.GetValue(registration),
                        parsed.GetValue(lei),
                        parsed.GetValue(vat)),
                    cancellationToken)
                .ConfigureAwait(false);
            Answer(bench, Describe(bench, row, isOurs: true));
            return ExitCode.Ok;
        });
        return command;
    }

    private static AdminCommand BuildList(CommandEnvironment environment)
    {
        var command = new AdminCommand("list", "Lists the organisations.", AdminRoles.None, changes: false);
        command.SetAction(environment, async (parsed, _) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var __ = bench.ConfigureAwait(false);
            List<OrganisationDocument> list = [.. All(bench)];
            if (bench.Reply.Json)
            {
                bench.Reply.Write(list, CommandJson.Default.IReadOnlyListOrganisationDocument);
                return ExitCode.Ok;
            }

            bench.Reply.Table(
                ["Organisation", "User", "Name", "Registration", "State", "Credentials"],
                list.Select(IReadOnlyList<string> (row) =>
                [
                    row.Id.ToString("D"),
                    row.User,
                    row.Name,
                    row.Registration ?? "",
                    row.State,
                    row.Credentials.ToString(CultureInfo.InvariantCulture),
                ]));
            return ExitCode.Ok;
        });
        return command;
    }

    private static AdminCommand BuildShow(CommandEnvironment environment)
    {
        var organisation = CommandOptions.Signer();
        var command = new AdminCommand("show", "Shows an organisation.", AdminRoles.None, changes: false)
        {
            organisation,
        };
        command.SetAction(environment, async (parsed, _) =>
        {
            var bench = await Workbench.OpenAsync(parsed, environment).ConfigureAwait(false);
            await using var __ = bench.ConfigureAwait(false);
            var signer = bench.FindSignerBy(parsed.GetRequiredValue(organisation));
            var row = bench.Store.Read(signer.Id, static (connection, id) => connection.Organisations.Find(id))
                ?? throw new CommandException($"{signer.UserName} is no organisation; see `organisation list`.");
            Answer(bench, Describe(bench, row, bench.Organisations.Find(row.Id) is not null));
            return ExitCode.Ok;
        });
        return command;
    }

    private static IEnumerable<OrganisationDocument> All(Workbench bench)
    {
        var after = Guid.Empty;
        while (true)
        {
            var page = bench.Organisations.List(after, PageSize);
            foreach (var (row, isOurs) in page)
            {
                yield return Describe(bench, row, isOurs);
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            after = page[^1].Row.Id;
        }
    }

    private static OrganisationDocument Describe(Workbench bench, OrganisationRow row, bool isOurs)
    {
        var (signer, credentials) = bench.Store.Read(row.Id, static (connection, id)
            => (connection.Signers.Find(id)!, connection.Credentials.ListBySigner(id).Count));
        var state = signer.State == SignerState.Limited ? "limited" : "active";
        return new OrganisationDocument(
            row.Id,
            signer.UserName,
            row.Name,
            row.Registration,
            row.Lei,
            row.Vat,
            isOurs ? state : "tampered",
            credentials);
    }

    private static void Answer(Workbench bench, OrganisationDocument document)
    {
        if (bench.Reply.Json)
        {
            bench.Reply.Write(document, CommandJson.Default.OrganisationDocument);
            return;
        }

        bench.Reply.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"Organisation {document.Id:D}: {document.Name}, user {document.User}, {document.State}, "
            + $"{document.Credentials} credentials."));
    }

    private static Option<string?> Number(string name, string description)
        => new(name) { Description = description, HelpName = "N" };
}
